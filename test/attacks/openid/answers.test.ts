import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { UsherError } from '#kernel/errors.ts'
import { ANNA, CLIENT } from '../../support/fake-provider/provider-state.ts'
import { oidcStage, type OidcStage, settled } from '../../support/oidc-stage.ts'
import type { Attack } from './attack.ts'
import { claimAttacks } from './claims.ts'
import { documentAttacks } from './documents.ts'
import { signatureAttacks } from './signatures.ts'
import { wireAttacks } from './wire.ts'

const attacks: readonly Attack[] = [...claimAttacks, ...signatureAttacks, ...wireAttacks, ...documentAttacks]
const ONE_HOUR_MS = 3_600_000
const LIMIT_MS = 5_000

test('there are as many attacks as we say', () => {
  assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
  assert.ok(attacks.length >= 60, `${attacks.length}`)
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
const outcomeOf = async (attempt: Promise<unknown>, { clock }: OidcStage, waits: boolean): Promise<unknown> => {
  let isOver = false
  const outcome = attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  void outcome.then(() => {
    isOver = true
  })
  if (waits) {
    await settled()
    clock.advance(LIMIT_MS - 1)
    await settled()
    assert.equal(isOver, false, 'given up too early')
    clock.advance(1)
  }
  return outcome
}

for (const attack of attacks)
  test(`nobody is signed in when ${attack.name}`, async () => {
    const stage = oidcStage(attack.provider)
    const { provider, clock } = stage
    provider.misbehave(attack.how)
    const secrets: string[] = [CLIENT.secret, encodeURIComponent(CLIENT.secret), ANNA.email, 'eyJ']
    const { error } = Object(await outcomeOf(signIn(stage, secrets), stage, attack.waits === true))
    assert.ok(error instanceof UsherError, 'it was refused')
    assert.equal(error.code, attack.ends)
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
    const { subject } = await signIn(stage)
    assert.equal(subject, ANNA.sub, 'nothing of it stays')
  })
