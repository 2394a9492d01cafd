import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FailureCode } from '#kernel/errors.ts'
import { UsherError } from '#kernel/errors.ts'
import { visitAt } from '../../conformance/connection.ts'
import { CALLBACK } from '../../support/fake-provider/provider-state.ts'
import { hang } from '../../support/fake-provider/misbehavior.ts'
import { oidcStage, type OidcStage, orderOf, settled } from '../../support/oidc-stage.ts'
import { attacked } from './attacked.ts'

const EVIL_CALLBACK = 'https://usher.example/login/callback/evil'
const failsWith = (code: FailureCode) => (error: unknown) => error instanceof UsherError && error.code === code
const invalid = failsWith('connection_answer_invalid')

/** Two connections of one Usher: an honest provider, and one that would like the other's codes. */
const twoProviders = () => {
  const honest = oidcStage()
  const evil = oidcStage({
    clock: honest.clock,
    issuer: 'https://login.evil.example',
    redirectUris: [EVIL_CALLBACK],
    connection: { id: 'connection-2', name: 'evil' },
  })
  return { honest, evil }
}

test('a code of one provider brought to the other’s callback is given to nobody', async () => {
  const { honest, evil } = twoProviders()
  const leg = await honest.leave()
  const back = honest.provider.authorize(leg.location)
  const atEvil = new URL(EVIL_CALLBACK)
  atEvil.search = back.search
  await assert.rejects(
    evil.connection.complete(visitAt(atEvil, honest.clock.now()), {
      state: leg.order.state,
      memory: leg.departure.memory,
      callbackUrl: EVIL_CALLBACK,
    }),
    invalid,
  )
  assert.equal(evil.provider.countCalls('/token'), 0)
  assert.equal(honest.provider.countCalls('/token'), 0)
})

test('an answer in the name of the other provider is refused before the code is spent', async () => {
  const { honest, evil } = twoProviders()
  const leg = await evil.leave({ callbackUrl: EVIL_CALLBACK })
  // The evil provider sends the browser on to the honest one, with its own state, and hopes for the code.
  const honestLeg = await honest.leave()
  const stolen = honest.provider.authorize(honestLeg.location).searchParams.get('code') ?? ''
  for (const iss of [honest.provider.issuer, `${evil.provider.issuer}/`, '']) {
    const back = new URL(EVIL_CALLBACK)
    back.search = new URLSearchParams({ code: stolen, state: leg.order.state, iss }).toString()
    await assert.rejects(evil.comeBack(back, leg), invalid)
  }
  assert.equal(evil.provider.countCalls('/token'), 0, 'the evil provider did not get the code')
})

test('a provider that describes the other one is not used', async () => {
  const { honest } = twoProviders()
  const evil = oidcStage({ issuer: 'https://login.evil.example', redirectUris: [EVIL_CALLBACK] })
  evil.provider.misbehave({ description: (right) => ({ ...right, issuer: honest.provider.issuer }) })
  await assert.rejects(evil.leave(), failsWith('connection_unavailable'))
  const phishing = oidcStage({ issuer: 'https://login.evil.example' })
  phishing.provider.misbehave({ description: (right) => ({ ...right, authorization_endpoint: `${honest.provider.issuer}/authorize` }) })
  await assert.rejects(phishing.leave(), failsWith('connection_unavailable'))
})

/** Somebody comes back with their own state and the code another was given. */
const injecting = async (stage: OidcStage) => {
  const attacker = await stage.leave()
  const injected = stage.provider.authorize(attacker.location).searchParams.get('code') ?? ''
  const victim = await stage.leave()
  const back = stage.provider.authorize(victim.location)
  back.searchParams.set('code', injected)
  return stage.comeBack(back, victim)
}

for (const { name, open } of attacked.filter((one) => !one.isBoundByState))
  test(`${name}: a code that somebody else was given does not work with our verifier`, () => assert.rejects(injecting(open()), invalid))

for (const one of attacked)
  test(`${one.name}: an answer is nothing to any other connection, whose provider does not hear of it`, async () => {
    const mine = one.open()
    const leg = await mine.leave()
    const back = mine.provider.authorize(leg.location)
    for (const other of attacked.filter(({ name }) => name !== one.name)) {
      const theirs = other.open({ clock: mine.clock })
      await assert.rejects(theirs.comeBack(back, leg), invalid, other.name)
      const own = await theirs.leave()
      await assert.rejects(theirs.comeBack(back, own), invalid, other.name)
      assert.equal(theirs.provider.countCalls('/token'), 0, other.name)
    }
    assert.equal((await mine.comeBack(back, leg)).subject, one.subject)
    await assert.rejects(mine.comeBack(back, leg), invalid, 'and it counts once')
  })

for (const one of attacked)
  test(`${one.name}: while its provider hangs, people of another come in, and its own are told after five seconds`, async () => {
    const slow = one.open()
    const leg = await slow.leave()
    slow.provider.misbehave({ call: (path, signal) => (path === '/token' ? hang(signal) : undefined) })
    const back = slow.provider.authorize(leg.location)
    const waiting = assert.rejects(slow.comeBack(back, leg), failsWith('connection_unavailable'))
    while (slow.provider.countCalls('/token') === 0) await settled()
    // No time passes: whoever waited for the slow one would wait for ever.
    for (const other of attacked) {
      const quick = other.open({ clock: slow.clock })
      const theirs = await quick.leave()
      assert.equal((await quick.comeBack(quick.provider.authorize(theirs.location), theirs)).subject, other.subject)
    }
    slow.clock.advance(5_000)
    await waiting
  })

test('without PKCE at the provider, the nonce still tells an injected code', async () => {
  const stage = oidcStage()
  stage.provider.misbehave({ ignoresVerifier: true })
  const attacker = await stage.leave()
  const injected = stage.provider.authorize(attacker.location).searchParams.get('code') ?? ''
  const victim = await stage.leave()
  const back = stage.provider.authorize(victim.location)
  back.searchParams.set('code', injected)
  await assert.rejects(stage.comeBack(back, victim), invalid)
})

test('an ID token from an earlier sign-in is refused, whoever hands it out', async () => {
  const stage = oidcStage()
  let earlier = ''
  stage.provider.misbehave({
    tokens: (right) => {
      earlier ||= String(right.id_token)
      return { ...right, id_token: earlier }
    },
    claims: ({ at_hash: _, ...rest }) => rest,
  })
  const first = await stage.leave()
  assert.equal((await stage.comeBack(stage.provider.authorize(first.location), first)).subject, 'anna-1')
  const second = await stage.leave()
  await assert.rejects(stage.comeBack(stage.provider.authorize(second.location), second), invalid)
})

for (const missing of ['nonce', 'verifier', 'issuer'])
  test(`a leg that lost its ${missing} is not finished`, async () => {
    const stage = oidcStage()
    const leg = await stage.leave()
    const back = stage.provider.authorize(leg.location)
    const { [missing]: _, ...memory } = leg.departure.memory
    await assert.rejects(stage.comeBack(back, { ...leg, departure: { ...leg.departure, memory } }), invalid)
    assert.equal(stage.provider.countCalls('/token'), 0)
  })

test('a leg that began under other settings is not finished', async () => {
  const before = oidcStage({ issuer: 'https://old.acme.example' })
  const after = oidcStage({ clock: before.clock })
  const leg = await before.leave()
  await assert.rejects(after.comeBack(before.provider.authorize(leg.location), leg), invalid)
  assert.equal(after.provider.countCalls('/token'), 0)
})

test('an answer that was posted is refused: we asked for it in the address', async () => {
  const stage = oidcStage()
  const leg = await stage.leave()
  const back = stage.provider.authorize(leg.location)
  for (const url of [new URL(CALLBACK), back]) {
    const posted = { ...visitAt(url, stage.clock.now()), method: 'POST' as const, form: back.searchParams }
    const completed = stage.connection.complete(posted, { state: leg.order.state, memory: leg.departure.memory, callbackUrl: CALLBACK })
    await assert.rejects(completed, invalid)
  }
  assert.equal(stage.provider.countCalls('/token'), 0)
})

test('the code goes to the address we registered, whatever address the browser came to', async () => {
  const stage = oidcStage()
  const leg = await stage.leave()
  const back = stage.provider.authorize(leg.location)
  const behindProxy = new URL(back)
  behindProxy.protocol = 'http:'
  behindProxy.host = 'inner:8080'
  behindProxy.pathname = '/somewhere'
  assert.equal((await stage.comeBack(behindProxy, leg)).subject, 'anna-1')
  assert.deepEqual(orderOf().callbackUrl, CALLBACK)
})
