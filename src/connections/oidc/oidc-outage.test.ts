import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { hang } from '../../../test/support/fake-provider/misbehavior.ts'
import { signed, providerKey } from '../../../test/support/fake-provider/signing.ts'
import { oidcStage, type OidcStage, settled } from '../../../test/support/oidc-stage.ts'

const ONE_MINUTE_MS = 60_000
const ONE_HOUR_MS = 60 * ONE_MINUTE_MS
const DESCRIPTION = '/.well-known/openid-configuration'
const away = (error: unknown) => error instanceof UsherError && error.code === 'connection_unavailable'
const invalid = (error: unknown) => error instanceof UsherError && error.code === 'connection_answer_invalid'

const signIn = async ({ leave, comeBack, provider }: OidcStage) => {
  const leg = await leave()
  return comeBack(provider.authorize(leg.location), leg)
}

test('description and keys are read once, however many people come at once', async () => {
  const stage = oidcStage()
  await Promise.all(Array.from({ length: 20 }, () => signIn(stage)))
  assert.equal(stage.provider.countCalls(DESCRIPTION), 1)
  assert.equal(stage.provider.countCalls('/keys'), 1)
  stage.clock.advance(ONE_HOUR_MS)
  await signIn(stage)
  assert.equal(stage.provider.countCalls(DESCRIPTION), 2)
  assert.equal(stage.provider.countCalls('/keys'), 2)
})

test('nobody is called before somebody wants to sign in', () => {
  assert.deepEqual(oidcStage().provider.calls, [])
})

test('a new key is found when it is first used', async () => {
  const stage = oidcStage()
  await signIn(stage)
  stage.provider.rotate('key-2')
  assert.equal((await signIn(stage)).subject, 'anna-1')
  assert.equal(stage.provider.countCalls('/keys'), 2)
})

test('keys nobody knows make us look again once in five minutes', async () => {
  const stage = oidcStage()
  await signIn(stage)
  const strange = await providerKey('strange', 'RS256')
  stage.provider.misbehave({ sign: (claims) => signed(claims, strange) })
  for (let time = 0; time < 10; time += 1) await assert.rejects(signIn(stage), invalid)
  assert.equal(stage.provider.countCalls('/keys'), 2)
  stage.clock.advance(5 * ONE_MINUTE_MS)
  for (let time = 0; time < 10; time += 1) await assert.rejects(signIn(stage), invalid)
  assert.equal(stage.provider.countCalls('/keys'), 3)
})

test('people still get in for a day while description and keys cannot be read', async () => {
  const stage = oidcStage()
  await signIn(stage)
  stage.provider.misbehave({ call: (path) => (path === '/token' ? undefined : Promise.resolve(new Response('', { status: 503 }))) })
  stage.clock.advance(23 * ONE_HOUR_MS)
  assert.equal((await signIn(stage)).subject, 'anna-1')
  stage.clock.advance(ONE_HOUR_MS)
  await assert.rejects(signIn(stage), away)
})

test('a provider that failed is left alone for five seconds', async () => {
  const stage = oidcStage()
  stage.provider.misbehave({ call: () => Promise.reject(new TypeError('fetch failed')) })
  for (let time = 0; time < 10; time += 1) await assert.rejects(stage.leave(), away)
  assert.equal(stage.provider.calls.length, 1)
  stage.clock.advance(4_999)
  await assert.rejects(stage.leave(), away)
  assert.equal(stage.provider.calls.length, 1)
  stage.clock.advance(1)
  stage.provider.misbehave({})
  await stage.leave()
  assert.equal(stage.provider.calls.length, 2)
})

test('a provider that hangs keeps nobody else waiting', async () => {
  const slow = oidcStage()
  const quick = oidcStage({ clock: slow.clock })
  slow.provider.misbehave({ call: (_, signal) => hang(signal) })
  const waiting = Array.from({ length: 50 }, () => slow.leave())
  const outcomes = Promise.allSettled(waiting)
  await settled()
  assert.equal(slow.provider.calls.length, 1, 'fifty people, one call')
  // No time passes here: whoever waited for the slow one would wait for ever.
  for (let time = 0; time < 10; time += 1) assert.equal((await signIn(quick)).subject, 'anna-1')
  slow.clock.advance(5_000)
  for (const outcome of await outcomes) assert.ok(outcome.status === 'rejected' && away(outcome.reason))
})

test('calls that were given up are ended, not only forgotten', async () => {
  const stage = oidcStage()
  const ended: unknown[] = []
  stage.provider.misbehave({
    call: (_, signal) => {
      signal?.addEventListener('abort', () => ended.push(signal.reason))
      return hang(signal)
    },
  })
  const leaving = assert.rejects(stage.leave(), away)
  await settled()
  stage.clock.advance(5_000)
  await leaving
  assert.equal(ended.length, 1)
})
