import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import type { Freshness } from '#kernel/transaction.ts'
import type { Misbehavior } from '../../../test/support/fake-provider/misbehavior.ts'
import { oidcStage } from '../../../test/support/oidc-stage.ts'

const ONE_MINUTE_MS = 60_000
const ONE_HOUR_MS = 60 * ONE_MINUTE_MS
const invalid = (error: unknown) => error instanceof UsherError && error.code === 'connection_answer_invalid'
const trusted = { trusted: true, amr: ['mfa', 'hwk'] } as const

const signIn = async (freshness: Freshness, ways: Misbehavior = {}, connection = {}) => {
  const stage = oidcStage({ connection })
  stage.provider.signedInAt(stage.clock.now() - ONE_HOUR_MS)
  stage.provider.misbehave(ways)
  const leg = await stage.leave({ freshness })
  const asked = new URL(leg.location).searchParams
  const profile = await stage.comeBack(stage.provider.authorize(leg.location), leg)
  return { asked, authentication: profile.authentication, now: stage.clock.now() }
}

test('nothing is asked for when any authentication will do', async () => {
  const { asked, authentication, now } = await signIn({})
  assert.equal(asked.has('max_age') || asked.has('prompt'), false)
  assert.deepEqual(authentication, { at: now, method: 'federated' })
})

test('credentials are asked for again, and the answer shows that they were', async () => {
  const { asked, authentication, now } = await signIn({ maxAgeMs: 0 })
  assert.equal(asked.get('max_age'), '0')
  assert.equal(asked.get('prompt'), 'login')
  assert.equal(authentication.at, now)
})

test('who wants to be somebody else is asked for credentials, by a word that every provider knows', async () => {
  const { location, departure } = await oidcStage().leave({ choose: true })
  assert.equal(new URL(location).searchParams.get('prompt'), 'login')
  assert.equal(departure.memory.notBefore, undefined)
})

test('an authentication of an hour ago is dated an hour ago', async () => {
  const { asked, authentication, now } = await signIn({ maxAgeMs: 2 * ONE_HOUR_MS })
  assert.equal(asked.get('max_age'), '7200')
  assert.equal(asked.has('prompt'), false)
  assert.equal(authentication.at, now - ONE_HOUR_MS)
})

const stale: readonly (readonly [string, Misbehavior])[] = [
  ['does not say when', { claims: ({ auth_time: _, ...rest }) => rest }],
  ['is an hour old', { claims: (right, { now }) => ({ ...right, auth_time: now - 3_600 }) }],
  ['is 61 seconds older than our question', { claims: (right, { now }) => ({ ...right, auth_time: now - 61 }) }],
  ['is of another time altogether', { claims: (right) => ({ ...right, auth_time: 0 }) }],
  ['is of no time', { claims: (right) => ({ ...right, auth_time: null }) }],
]
for (const [name, ways] of stale)
  test(`an authentication that ${name} does not do when a new one was asked for`, () =>
    assert.rejects(signIn({ maxAgeMs: 0 }, ways), invalid))

test('a time from a fast clock counts as now, not later', async () => {
  const { authentication, now } = await signIn({}, { claims: (right, workshop) => ({ ...right, auth_time: workshop.now + 60 }) })
  assert.equal(authentication.at, now)
})

// Connection trusted × its words × time known: only one cell is a second factor.
const words: readonly (readonly [string, unknown, boolean])[] = [
  ['one on the list', ['pwd', 'mfa'], true],
  ['none on the list', ['pwd', 'otp'], false],
  ['no list', undefined, false],
  ['text instead of a list', 'mfa', false],
  ['a list in a list', [['mfa']], false],
  ['other capitals', ['MFA'], false],
  ['an empty list', [], false],
]
for (const [name, amr, counts] of words)
  for (const isTrusted of [true, false])
    for (const isDated of [true, false])
      test(`second factor: ${name}, connection ${isTrusted ? 'trusted' : 'not trusted'}, time ${isDated ? 'known' : 'unknown'}`, async () => {
        const ways: Misbehavior = { claims: (right, { now }) => ({ ...right, amr, ...(isDated && { auth_time: now - 30 }) }) }
        const { authentication, now } = await signIn({}, ways, isTrusted ? { secondFactor: trusted } : {})
        const expected = counts && isTrusted && isDated ? { at: now - 30_000 } : undefined
        assert.deepEqual(authentication.secondFactor, expected)
      })

test('a recent second factor asks for a recent authentication', async () => {
  const { asked } = await signIn({ secondFactor: { maxAgeMs: 5 * ONE_MINUTE_MS } }, {}, { secondFactor: trusted })
  assert.equal(asked.get('max_age'), '300')
})

test('any second factor still asks the provider to say when', async () => {
  const ways: Misbehavior = { claims: (right) => ({ ...right, amr: ['mfa'] }) }
  const { asked, authentication, now } = await signIn({ secondFactor: {} }, ways, { secondFactor: trusted })
  assert.equal(asked.has('prompt'), false)
  assert.ok(asked.has('max_age'))
  assert.deepEqual(authentication.secondFactor, { at: now - ONE_HOUR_MS })
})
