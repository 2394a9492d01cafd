import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { EMPLOYEE_DOMAIN, GUEST_DOMAIN } from './tenant.ts'
import { createBrowser, type Page } from './testing/browser.ts'
import { responseWith, type TokenPlan } from './testing/identity-provider.ts'
import { ana, setStage, type Stage } from './testing/stage.ts'

const HOUR_MS = 3_600_000

const stageWithAna = async (context: TestContext): Promise<Stage> => {
  const stage = await setStage(context)
  await stage.emulator.world.write(({ saveUser }) => saveUser(ana, true))
  return stage
}

const assertRefused = (page: Page, code: number): void => {
  assert.equal(page.headers['x-emulator-aadsts'], String(code))
  assert.match(page.text, new RegExp(`AADSTS${code}:`))
  assert.equal(page.headers['location'], undefined)
}

test('a smart link leads through the identity provider to the deep link', async (context) => {
  const stage = await stageWithAna(context)
  const { service } = stage.emulator.addresses
  const deepLink = encodeURIComponent(`${service}/sites/partners?view=a%26b`)
  const asked = await stage.begin(`whr=${GUEST_DOMAIN}&login_hint=ana.ruiz%40${GUEST_DOMAIN}&wreply=${deepLink}`)
  assert.equal(asked.origin + asked.pathname, 'http://usher.localhost:1/wsfed/m365')
  assert.equal(asked.searchParams.get('username'), ana.userPrincipalName)
  const answer = await stage.post(stage.wresult(), asked.searchParams.get('wctx') ?? '')
  assert.equal(answer.status, 302)
  assert.equal(answer.headers['x-emulator-warnings'], undefined)
  const signedIn = await stage.browser.get(answer.location)
  assert.equal(signedIn.location, `${service}/sites/partners?view=a%26b`)
  const page = await stage.browser.get(signedIn.location)
  assert.equal(page.headers['x-emulator-arrived'], ana.userPrincipalName)
  assert.match(page.text, /Microsoft 365 Business Basic/)
})

test('an unsolicited token leads to the start of the service', async (context) => {
  const stage = await stageWithAna(context)
  const answer = await stage.post(stage.wresult())
  assert.equal(answer.status, 302)
  assert.match(answer.location, /^http:\/\/contoso\.sharepoint\.localhost/)
})

const badTokens: readonly (readonly [string, number, (stage: Stage) => Partial<TokenPlan>])[] = [
  ['an issuer with a slash too much', 50107, () => ({ issuer: 'http://usher.localhost:1/wsfed/m365/guests.contoso.example/' })],
  ['a key that is not registered', 50008, ({ otherKey }) => ({ key: otherKey })],
  ['a registered certificate but another key', 50006, (stage) => ({ key: { ...stage.otherKey, certificate: stage.key.certificate } })],
  ['an expired token', 500133, () => ({ notBefore: '2026-03-02T07:00:00Z', notOnOrAfter: '2026-03-02T08:00:00Z' })],
  ['a token of tomorrow', 500133, () => ({ notBefore: '2026-03-03T09:00:00Z', notOnOrAfter: '2026-03-03T10:00:00Z' })],
  ['a time without a zone', 500133, () => ({ notOnOrAfter: '2026-03-02T10:00:00' })],
  ['a token for somebody else', 50008, () => ({ audience: 'urn:somebody:else' })],
  ['no immutable ID', 90020, () => ({ immutableId: '' })],
  ['a name identifier that is not the immutable ID', 50008, () => ({ nameIdentifier: 'other' })],
  ['a person Microsoft does not know', 51004, () => ({ immutableId: 'nobody', nameIdentifier: 'nobody' })],
  ['a person of another domain', 5000820, () => ({ immutableId: 'employee-0001', nameIdentifier: 'employee-0001' })],
]

for (const [what, code, change] of badTokens) {
  test(`${what} is refused with AADSTS${code}`, async (context) => {
    const stage = await stageWithAna(context)
    assertRefused(await stage.post(stage.wresult(change(stage))), code)
  })
}

test('what is wrong first decides', async (context) => {
  const stage = await stageWithAna(context)
  const everythingWrong = {
    issuer: 'urn:nobody',
    key: stage.otherKey,
    audience: 'urn:x',
    notOnOrAfter: '2020-01-01T00:00:00Z',
    immutableId: '',
  }
  assertRefused(await stage.post(stage.wresult(everythingWrong)), 50107)
  const { issuer: _, ...allButIssuer } = everythingWrong
  assertRefused(await stage.post(stage.wresult(allButIssuer)), 50008)
  const { key: __, ...allButKey } = allButIssuer
  assertRefused(await stage.post(stage.wresult(allButKey)), 500133)
})

test('a changed token is refused wherever it was changed', async (context) => {
  const stage = await stageWithAna(context)
  const good = stage.wresult()
  const changes: readonly (readonly [string, string])[] = [
    ['>abcdefghijklmnopqrstuvwxyz<', '>abcdefghijklmnopqrstuvwxyy<'],
    ['am:password', 'am:Password'],
    ['rsa-sha256', 'rsa-sha512'],
  ]
  for (const [from, to] of changes) assertRefused(await stage.post(good.replace(from, to)), 50006)
  assertRefused(await stage.post(good.replace(/<ds:Signature .*<\/ds:Signature>/, '')), 50008)
  assertRefused(await stage.post(good.replace('>abcdef', '>abc<!-- -->def')), 90107)
  assertRefused(await stage.post(`<!DOCTYPE x>${good}`), 90107)
  assertRefused(await stage.post(good.slice(0, -3)), 90107)
})

test('a SAML 2.0 assertion, two assertions, and none are refused', async (context) => {
  const stage = await stageWithAna(context)
  const modern = responseWith('<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1"/>')
  const refused = await stage.post(modern)
  assertRefused(refused, 50008)
  assert.match(refused.text, /the actual element is \(Assertion, urn:oasis:names:tc:SAML:2\.0:assertion\)/)
  assertRefused(await stage.post(responseWith('')), 50008)
  const good = stage.wresult()
  const inner = good.replace(/^.*<t:RequestedSecurityToken>|<\/t:RequestedSecurityToken>.*$/g, '')
  assertRefused(await stage.post(responseWith(inner + inner)), 50008)
  assertRefused(await stage.post(good.replaceAll('2005/02/trust', '2004/04/trust')), 20012)
})

test('the message itself must be right', async (context) => {
  const stage = await stageWithAna(context)
  const address = `${stage.emulator.addresses.login}/login.srf`
  assertRefused(await stage.browser.post(address, { wa: 'wsignin1.0' }), 20012)
  assertRefused(await stage.browser.post(address, { wa: 'wsignout1.0', wresult: 'x' }), 20012)
  assertRefused(await stage.browser.send('POST', address, '{}', { 'content-type': 'application/json' }), 90014)
})

test('wctx must come back unchanged, once, in time, in the same browser', async (context) => {
  const stage = await stageWithAna(context)
  const contextOf = async () => (await stage.begin()).searchParams.get('wctx') ?? ''
  const first = await contextOf()
  assert.ok(first.includes('+') && first.includes('%') && first.includes('&') && first.includes('é'))
  assertRefused(await stage.post(stage.wresult(), first.replace('+', ' ')), 165000)
  assertRefused(await stage.post(stage.wresult(), decodeURIComponent(first.replace(/%(?![\da-f]{2})/gi, '%25'))), 165000)
  assert.equal((await stage.post(stage.wresult(), first)).status, 302)
  assertRefused(await stage.post(stage.wresult(), first), 165000)
  const second = await contextOf()
  const login = `${stage.emulator.addresses.login}/login.srf`
  const stranger = await createBrowser().post(login, { wa: 'wsignin1.0', wresult: stage.wresult(), wctx: second })
  assertRefused(stranger, 165000)
  stage.clock.advance(HOUR_MS)
  assertRefused(await stage.post(stage.wresult(), second), 165000)
})

test('the next certificate is taken as well as the current one', async (context) => {
  const stage = await stageWithAna(context)
  await stage.control('PUT', `/federation/${GUEST_DOMAIN}`, {
    issuerUri: 'urn:rolled',
    passiveSignInUri: 'http://usher.localhost:1/wsfed/m365',
    signingCertificate: stage.key.certificate,
    nextSigningCertificate: stage.otherKey.certificate,
  })
  for (const key of [stage.key, stage.otherKey]) {
    assert.equal((await stage.post(stage.wresult({ issuer: 'urn:rolled', key }))).status, 302)
  }
})

test('a person is unknown until the login has heard of them', async (context) => {
  const stage = await setStage(context, { visibilityDelaysMs: { graph: [0, 0], signIn: [20_000, 20_000] } })
  await stage.emulator.world.write(({ saveUser }) => saveUser(ana))
  assert.equal(stage.emulator.world.graphView().find(ana.id)?.id, ana.id)
  assertRefused(await stage.post(stage.wresult()), 51004)
  stage.clock.advance(20_000)
  assert.equal((await stage.post(stage.wresult())).status, 302)
})

test('disabled and removed people are refused', async (context) => {
  const stage = await stageWithAna(context)
  await stage.control('PUT', '/scenario/disabledInEntra', { on: true })
  assertRefused(await stage.post(stage.wresult()), 50057)
  await stage.control('PUT', '/scenario/disabledInEntra', { on: false })
  assert.equal((await stage.post(stage.wresult())).status, 302)
  await stage.control('PUT', '/scenario/removedInEntra', { on: true })
  assertRefused(await stage.post(stage.wresult()), 51004)
  assert.equal(stage.emulator.world.truth.deleted().length, 1)
  await stage.control('PUT', '/scenario/removedInEntra', { on: false })
  assert.equal((await stage.post(stage.wresult())).status, 302)
})

const MULTIPLE = 'http://schemas.microsoft.com/claims/multipleauthn'
const factorCases = [
  ['enforceMfaByFederatedIdp', 50079, true],
  ['acceptIfMfaDoneByFederatedIdp', 50076, true],
  ['rejectMfaByFederatedIdp', 50076, false],
] as const

for (const [federatedIdpMfaBehavior, code, isTaken] of factorCases) {
  test(`a second factor under ${federatedIdpMfaBehavior}`, async (context) => {
    const stage = await setStage(context, { federation: { federatedIdpMfaBehavior } })
    await stage.emulator.world.write(({ saveUser }) => saveUser(ana, true))
    assert.equal((await stage.post(stage.wresult())).status, 302)
    await stage.control('PUT', '/scenario/requireMfa', { on: true })
    assertRefused(await stage.post(stage.wresult()), code)
    const withFactor = await stage.post(stage.wresult({ methods: [MULTIPLE] }))
    assert.equal(withFactor.status, isTaken ? 302 : 200)
    const asked = await stage.begin()
    assert.equal(asked.searchParams.get('wauth'), federatedIdpMfaBehavior === 'enforceMfaByFederatedIdp' ? MULTIPLE : null)
  })
}

test('an assertion may be used again until replays are refused, and is told on', async (context) => {
  const stage = await stageWithAna(context)
  const token = stage.wresult()
  assert.equal((await stage.post(token)).headers['x-emulator-warnings'], undefined)
  assert.equal((await stage.post(token)).headers['x-emulator-warnings'], 'assertion-replayed')
  await stage.control('PUT', '/scenario/refuseReplay', { on: true })
  assertRefused(await stage.post(token), 50008)
})

test('a user principal name that differs is taken, and told on', async (context) => {
  const stage = await stageWithAna(context)
  const page = await stage.post(stage.wresult({ userPrincipalName: `other@${GUEST_DOMAIN}` }))
  assert.equal(page.status, 302)
  assert.equal(page.headers['x-emulator-warnings'], 'upn-differs')
})

test('a token signed for one domain never lets in a person of another', async (context) => {
  const stage = await stageWithAna(context)
  await stage.control('PUT', `/federation/${EMPLOYEE_DOMAIN}`, {
    issuerUri: 'urn:employees',
    passiveSignInUri: 'http://usher.localhost:1/wsfed/m365',
    signingCertificate: stage.key.certificate,
  })
  assertRefused(await stage.post(stage.wresult({ issuer: 'urn:employees' })), 5000820)
})

test('white space outside of what is signed changes nothing', async (context) => {
  const stage = await stageWithAna(context)
  assert.equal((await stage.post(stage.wresult().replaceAll('<t:Requested', '\n  <t:Requested'))).status, 302)
})
