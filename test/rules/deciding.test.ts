import assert from 'node:assert/strict'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { setRules, statement } from '../support/rule-house.ts'
import { ruleStory as story } from '../support/story.ts'

const REFUSAL = 'Only people of Okafor & Sons sign in <here>.'
const onlyBen = `function (user, context, callback) {
  if (user.email !== 'ben@okafor.example') return callback(new UnauthorizedError(${JSON.stringify(REFUSAL)}))
  callback(null, user, context)
}`

story('a rule refuses somebody in its own words, and another account may be chosen', async ({ house }) => {
  await setRules(house, [onlyBen])
  const one = guest(house)
  const refused = await one.withGoogle(await one.openService(), ANA)
  assertPage(house, refused, /You do not have access/, 403)
  assert.match(refused.text, /Only people of Okafor & Sons sign in <here>\./)
  assert.ok(!refused.body.includes('<here>'), 'what a rule says is text')
  assert.deepEqual(madeByUsher(house), [])
  // The session stays: the same person is refused again, and is not led in a circle.
  assertPage(house, await one.openService(), /You do not have access/, 403)
  const again = await one.browser.click(await one.openService(), 'Use another account')
  const google = await one.browser.click(again, 'Google')
  assertArrived(house, await one.onward(await one.browser.click(google, BEN)))
})

story('an error that is no refusal says nothing of itself to the person', async ({ house }) => {
  await setRules(house, ["function (user, context, callback) { callback(new Error('the password of the database is hunter2')) }"])
  const one = guest(house)
  const refused = await one.withGoogle(await one.openService(), ANA)
  assertPage(house, refused, /You do not have access/, 403)
  assert.ok(!refused.body.includes('hunter2'))
  assert.ok(!house.lines.join('').includes('hunter2'))
})

story('rules run at every sign-in, silent ones too, and see who it is and what was asked', async ({ house, clock }) => {
  const check = `function (user, context, callback) {
    var seen = [user.email, context.protocol, context.clientID, context.connection, context.request.query.wa, typeof context.idToken].join()
    auth0.users.updateAppMetadata(user.user_id, { seen: seen, runs: ((user.app_metadata || {}).runs || 0) + 1 })
      .then(function () { callback(null, user, context) }, callback)
  }`
  await setRules(house, [check])
  const one = guest(house)
  assertArrived(house, await one.withGoogle(await one.openService(), ANA))
  clock.advance(ONE_HOUR_MS)
  assertArrived(house, await one.openService())
  const record = await house.app().findUser('google-oauth2|108234567890123456701')
  assert.deepEqual(record?.appMetadata, {
    seen: `ana.ruiz@gmail.com,wsfed,${house.clientId},google,wsignin1.0,object`,
    runs: 2,
  })
  assert.equal(record?.loginsCount, 1)
})

story('what is kept for rules of who has proven nothing yet is bounded', async ({ house }) => {
  const { browser } = guest(house)
  const asked = { wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: '"'.repeat(8 * 1024) }
  const sent = (more: Readonly<Record<string, string>> = {}) =>
    browser.open(`${house.publicUrl.origin}/wsfed/${house.clientId}?${new URLSearchParams({ ...asked, ...more })}`)
  await setRules(house, [onlyBen])
  assertPage(house, await sent(), /Continue with Google/, 200)
  assertPage(house, await sent({ whatever: 'x'.repeat(8 * 1024) }), /could not read this sign-in request/, 413)
})

story(
  'where rules decide who is let in, nobody is while none runs',
  async ({ house }) => {
    const one = guest(house)
    assertPage(house, await one.withGoogle(await one.openService(), ANA), /You need an invitation/, 403)
    await setRules(house, [onlyBen])
    assertPage(house, await guestWith(house, ANA), /You do not have access/, 403)
    assertArrived(house, await guestWith(house, BEN))
  },
  {
    settings: (settings) => ({
      ...settings,
      relyingParties: settings.relyingParties.map((one: object) => ({ ...one, admission: { policy: 'rule' } })),
    }),
  },
)

const guestWith = async (house: Parameters<typeof guest>[0], person: string) => {
  const one = guest(house)
  return one.withGoogle(await one.openService(), person)
}

story('a second factor that a rule wants and nobody has ends the sign-in with its own code', async ({ house }) => {
  await setRules(house, [statement("context.multifactor = { provider: 'any' }")])
  const page = await guestWith(house, ANA)
  assertPage(house, page, /An extra check is needed/, 403)
  assert.match(page.body, /multifactor_unavailable/)
  assert.deepEqual(madeByUsher(house), [])
})

story('no rule can say who a token is about', async ({ house }) => {
  assertArrived(house, await guestWith(house, BEN))
  const [ben] = madeByUsher(house)
  for (const code of [
    `user.upn = ${JSON.stringify(ben?.userPrincipalName)}`,
    `user.inmutableid = ${JSON.stringify(ben?.onPremisesImmutableId)}`,
    "user.upn = 'erika.vogt@employees.contoso.example'; user.inmutableid = 'employee-0001'",
    "user.immutableId = { toString: function () { return 'employee-0001' } }",
  ]) {
    await setRules(house, [statement(code)])
    assertPage(house, await guestWith(house, ANA), /Your account cannot be used here/, 403)
  }
  assert.equal(madeByUsher(house).length, 1)
})

story('a claim of a rule stands in the token; reserved ones do not', async ({ house }) => {
  const mappings = {
    'http://schemas.example/department': 'department',
    'http://schemas.xmlsoap.org/claims/UPN': 'email',
    'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID': 'email',
  }
  await setRules(house, [statement(`user.department = 'Harbor'; context.samlConfiguration.mappings = ${JSON.stringify(mappings)}`)])
  const one = guest(house)
  const name = assertArrived(house, await one.withGoogle(await one.openService(), ANA))
  assert.match(name, /@guests\.contoso\.example$/)
  const [form] = (
    await one.browser.open(
      `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x`,
    )
  ).forms
  assert.match(form?.fields['wresult'] ?? '', /department[\s\S]*Harbor/)
  assert.ok(!form?.fields['wresult']?.includes('ana.ruiz@gmail.com'))
})

story('what a rule wants of the token is done as far as it may be', async ({ house }) => {
  const wishes = { lifetimeInSeconds: 60, wctx: 'of the rule', nameIdentifierProbes: ['http://schemas.xmlsoap.org/claims/UPN'] }
  const one = guest(house)
  assertArrived(house, await one.withGoogle(await one.openService(), ANA))
  await setRules(house, [statement(`Object.assign(context.samlConfiguration, ${JSON.stringify(wishes)})`)])
  const address = `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x`
  const [form] = (await one.browser.open(address)).forms
  const token = form?.fields['wresult'] ?? ''
  assert.equal(form?.fields['wctx'], 'of the rule')
  assert.match(token, /NameIdentifier[^>]*>ana\.ruiz@guests\.contoso\.example</)
  const [, notBefore = '', notAfter = ''] = /NotBefore="([^"]+)" NotOnOrAfter="([^"]+)"/.exec(token) ?? []
  assert.equal(Date.parse(notAfter) - Date.parse(notBefore), 90_000)
  await setRules(house, [statement("context.samlConfiguration.issuer = 'urn:of:somebody:else'")])
  assertPage(house, await one.browser.open(address), /Your account cannot be used here/, 403)
})

story(
  'a relying party that wants it hears of a refusal as a fault, and gets no token',
  async ({ house }) => {
    await setRules(house, [onlyBen])
    const one = guest(house)
    const google = await one.browser.click(await one.browser.open(requestOf(house)), 'Google')
    const [form] = (await one.browser.click(google, ANA)).forms
    assert.equal(form?.action, `${house.emulator.addresses.login}/login.srf`)
    assert.equal(form?.fields['wctx'], 'x')
    assert.match(form?.fields['wresult'] ?? '', /Fault[\s\S]*Only people of Okafor &amp; Sons/)
    assert.ok(!form?.fields['wresult']?.includes('Assertion'))
  },
  {
    settings: (settings) => ({
      ...settings,
      relyingParties: settings.relyingParties.map((one: object) => ({ ...one, sendsFaults: true })),
    }),
  },
)

const requestOf = (house: House): string =>
  `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x`
