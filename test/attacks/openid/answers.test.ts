import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { UsherError } from '#kernel/errors.ts'
import { CLIENT } from '../../support/fake-provider/provider-state.ts'
import { type OidcStage, settled } from '../../support/oidc-stage.ts'
import { attacked } from './attacked.ts'

const ONE_HOUR_MS = 3_600_000
const LIMIT_MS = 5_000

test('there are as many attacks as we say', () => {
  const [plain] = attacked
  assert.ok(plain && plain.attacks.length >= 60, `${plain?.attacks.length}`)
  for (const { name, attacks, except } of attacked) {
    assert.equal(new Set(attacks.map((attack) => attack.name)).size, attacks.length, name)
    for (const one of except)
      assert.ok(
        attacks.some((attack) => attack.name === one),
        `${name}: there is no attack "${one}"`,
      )
  }
})

/** Goes there and comes back. What must stay between the provider and us is added to `secrets`. */
const signIn = async ({ leave, comeBack, provider }: OidcStage, secrets: string[] = []) => {
  const leg = await leave()
  const back = provider.authorize(leg.location)
  secrets.push(
    ...[leg.departure.memory.nonce, leg.departure.memory.verifier, back.searchParams.get('code')].filter((one) => typeof one === 'string'),
  )
  return comeBack(back, leg)
}

/** What an attempt comes to when it is decided without time passing, or else at the limit and not before. */
const outcomeOf = async (attempt: Promise<unknown>, { clock, provider }: OidcStage, path: string | undefined): Promise<unknown> => {
  let isOver = false
  const outcome = attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  void outcome.then(() => {
    isOver = true
  })
  if (path !== undefined) {
    // What comes before is signed and checked by threads of their own, in their own time.
    while (provider.countCalls(path) === 0) await settled()
    await settled()
    clock.advance(LIMIT_MS - 1)
    await settled()
    assert.equal(isOver, false, 'given up too early')
    clock.advance(1)
  }
  return outcome
}

const trials = attacked.flatMap(({ attacks, except, ...rest }) =>
  attacks.filter((attack) => !except.includes(attack.name)).map((attack) => ({ ...rest, attack })),
)

for (const { name, open, subject, attack } of trials)
  test(`${name}: nobody is signed in when ${attack.name}`, async () => {
    const stage = open(attack.provider)
    const { provider, clock } = stage
    provider.misbehave(attack.how)
    const secrets: string[] = [CLIENT.secret, encodeURIComponent(CLIENT.secret), 'anna@acme.example', 'eyJ']
    const { error } = Object(await outcomeOf(signIn(stage, secrets), stage, attack.waitsAt))
    assert.ok(error instanceof UsherError, 'it was refused')
    assert.equal(error.code, attack.ends)
    assert.equal(error.detail.connection, 'acme', 'it says which connection')
    assert.deepEqual(
      provider.calls.filter((path) => !path.startsWith('/')),
      [],
      'nobody else was called',
    )
    const seen = inspect(error, { depth: 12, showHidden: true })
    for (const secret of secrets.filter(({ length }) => length > 0)) assert.ok(!seen.includes(secret), `the error repeats ${secret}`)
    if (attack.keepsCode) assert.equal(provider.countCalls('/token'), 0, 'the code was not spent')

    provider.misbehave({})
    clock.advance(ONE_HOUR_MS)
    assert.equal((await signIn(stage)).subject, subject, 'nothing of it stays')
  })
