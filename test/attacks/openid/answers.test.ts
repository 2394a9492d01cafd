import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { ANNA } from '../../support/fake-provider/provider-state.ts'
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

const signIn = async ({ leave, comeBack, provider }: OidcStage) => {
  const leg = await leave()
  return comeBack(provider.authorize(leg.location), leg)
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
    const { error } = Object(await outcomeOf(signIn(stage), stage, attack.waits === true))
    assert.ok(error instanceof UsherError, 'it was refused')
    assert.equal(error.code, attack.ends)
    assert.deepEqual(
      provider.calls.filter((path) => !path.startsWith('/')),
      [],
      'nobody else was called',
    )
    if (attack.keepsCode) assert.equal(provider.countCalls('/token'), 0, 'the code was not spent')

    provider.misbehave({})
    clock.advance(ONE_HOUR_MS)
    const { subject } = await signIn(stage)
    assert.equal(subject, ANNA.sub, 'nothing of it stays')
  })
