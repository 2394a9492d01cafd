import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, LOGIN_SRF, microsoft365, REALM, seeded, settingsWith, visitTo } from '../../../test/support/wsfed-samples.ts'
import { readParameters } from './parameters.ts'
import { signInRequest } from './sign-in-request.ts'

const settings = settingsWith(microsoft365)
const GUID = '6f9619ff-8b86-4011-b42d-00cf4fc964ff'

const ask = (query: string, clientId: string | undefined = 'm365') =>
  signInRequest({ clientId, parameters: readParameters(visitTo(`/wsfed?${query}`)), at: AT }, settings, seeded('request'))
const asked = (parameters: Readonly<Record<string, string>>) => ask(new URLSearchParams({ wtrealm: REALM, ...parameters }).toString())

test('the four shapes Microsoft sends are understood', () => {
  const realm = 'urn%3afederation%3aMicrosoftOnline'
  const wctx = 'estsredirect%3d2%26estsrequest%3drQQIARAA'
  const hinted = ask(`login_hint=anna%40contoso.example&client-request-id=${GUID}&username=&wa=wsignin1.0&wtrealm=${realm}&wctx=${wctx}`)
  assert.deepEqual(hinted, {
    protocol: 'wsfed',
    relyingParty: 'm365',
    replyUrl: LOGIN_SRF,
    context: 'estsredirect=2&estsrequest=rQQIARAA',
    freshness: {},
    username: 'anna@contoso.example',
    correlation: GUID,
    arrivedAt: AT,
  })
  const typed = ask(
    `client-request-id=${GUID}&wa=wsignin1.0&wtrealm=${realm}&wctx=LoginOptions%3D3%26${wctx}&cbcxt=&username=anna%40contoso.example&mkt=&lc=`,
  )
  assert.equal(typed.context, 'LoginOptions=3&estsredirect=2&estsrequest=rQQIARAA')
  assert.equal(typed.language, undefined)
  const secondFactor = ask(
    `wauth=http%3a%2f%2fschemas.microsoft.com%2fclaims%2fmultipleauthn&mfa_max_age=259200&client-request-id=${GUID}` +
      `&username=anna%40contoso.example&wa=wsignin1.0&wtrealm=${realm}&wctx=${wctx}`,
  )
  assert.deepEqual(secondFactor.freshness, { secondFactor: { maxAgeMs: 259_200_000 } })
  const legacy = ask(
    `cbcxt=&popupui=&vv=&username=anna%40contoso.example&mkt=&lc=1033&wfresh=&wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline` +
      '&wctx=wa%3Dwsignin1.0%26rpsnv%3D4%26wp%3DMCMBI%26wreply%3Dhttps:%252F%252Fportal.office.com%252Flanding.aspx%253Ftarget%253D%26lc%3D1033',
  )
  assert.equal(legacy.language, 'en')
  assert.equal(legacy.replyUrl, LOGIN_SRF)
  assert.equal(legacy.context, 'wa=wsignin1.0&rpsnv=4&wp=MCMBI&wreply=https:%2F%2Fportal.office.com%2Flanding.aspx%3Ftarget%3D&lc=1033')
  assert.deepEqual(legacy.freshness, {})
})

test('without a client id the realm says who asks', () => {
  assert.equal(ask(`wtrealm=${REALM}`, undefined).relyingParty, 'm365')
  assert.throws(() => ask('wtrealm=urn:other', undefined), { code: 'relying_party_unknown' })
})

test('the realm is asked for and compared letter by letter', () => {
  assert.throws(() => ask('wa=wsignin1.0'), { code: 'request_malformed' })
  for (const wtrealm of [
    'urn:federation:microsoftonline',
    `${REALM}/`,
    ` ${REALM}`,
    `${REALM}%00`,
    'urn%253afederation%253aMicrosoftOnline',
  ])
    assert.throws(() => ask(`wtrealm=${wtrealm}`), { code: 'relying_party_unknown' }, wtrealm)
})

test('a request for a token of its own, or a ready answer, is refused', () => {
  for (const parameter of ['wreq', 'wresult'])
    assert.throws(() => asked({ [parameter]: '<t:RequestSecurityToken/>' }), { code: 'parameter_refused' })
})

test('a user name is taken from either parameter, without what is around it', () => {
  assert.equal(asked({ login_hint: 'a@b.example' }).username, 'a@b.example')
  assert.equal(asked({ username: ' c@b.example ', login_hint: 'a@b.example' }).username, 'c@b.example')
  assert.equal(asked({ username: '   ' }).username, undefined)
  assert.equal(asked({ username: `${'x'.repeat(320)}@b.example` }).username, undefined)
  assert.equal(asked({ username: 'a\u0007b' }).username, undefined)
})

test('a home realm is taken bare and as a name', () => {
  assert.equal(asked({ whr: 'google' }).homeRealm, 'google')
  assert.equal(asked({ whr: 'urn:google' }).homeRealm, 'google')
  assert.equal(asked({ whr: 'URN:google' }).homeRealm, 'google')
  assert.equal(asked({ whr: 'contoso.example' }).homeRealm, 'contoso.example')
  assert.equal(asked({ whr: 'urn:' }).homeRealm, undefined)
})

test('a correlation is taken in small letters when it is a GUID, else made', () => {
  assert.equal(asked({ 'client-request-id': GUID.toUpperCase() }).correlation, GUID)
  for (const odd of ['', 'x', `${GUID}\r\nset-cookie: a=b`, `{${GUID}}`]) {
    const { correlation } = asked({ 'client-request-id': odd })
    assert.match(correlation, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.notEqual(correlation, odd)
  }
})

test('a context that no form could give back is refused', () => {
  for (const wctx of ['a\0b', 'a\nb', 'a\rb', '\r\r\n', 'a\n\r\nb'])
    assert.throws(() => asked({ wctx }), { code: 'request_malformed' }, JSON.stringify(wctx))
  assert.equal(asked({ wctx: 'a\r\nb\tc' }).context, 'a\r\nb\tc')
})

test('eight kilobytes of context are taken, counted in bytes, and not one more', () => {
  assert.equal(asked({ wctx: 'x'.repeat(8_192) }).context?.length, 8_192)
  assert.equal(asked({ wctx: 'é'.repeat(4_096) }).context?.length, 4_096)
  assert.throws(() => asked({ wctx: 'x'.repeat(8_193) }), { code: 'request_malformed' })
  assert.throws(() => asked({ wctx: 'é'.repeat(4_097) }), { code: 'request_malformed' })
})
