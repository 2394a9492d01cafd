import assert from 'node:assert/strict'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { scopes } from '../../src/management/api/scopes.ts'
import { ANA, assertArrived, assertPage, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { patient } from '../support/patient.ts'
import { setRules } from '../support/rule-house.ts'
import { ruleStory as story } from '../support/story.ts'

const ANA_ID = 'google-oauth2|108234567890123456701'

/** A program of an administrator's, over HTTP. */
const program = async (house: House, allowed: readonly string[] = scopes) => {
  const desk = await house.app().desk()
  const token = await desk.createToken(`program-${allowed.length}`, allowed, 1)
  return async (method: string, path: string, body?: unknown) => {
    const { fetch, close } = patient()
    const response = await fetch(new URL(`/api/v2${path}`, house.publicUrl), {
      method,
      headers: { authorization: `Bearer ${token?.reveal()}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    await close()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
}

story('a program blocks somebody: their session opens nothing from then on, until it lets them in again', async ({ house }) => {
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  const ask = await program(house)
  const found = await ask('GET', '/users?q=email:%22ana.ruiz@gmail.com%22')
  assert.deepEqual([found.status, found.body.length, found.body[0].user_id, found.body[0].logins_count], [200, 1, ANA_ID, 1])
  assert.equal((await ask('PATCH', `/users/${ANA_ID}`, { blocked: true })).status, 200)
  // Google knows her still, and asks nothing.
  const again = async () => ana.onward(await ana.browser.click(await ana.openService(), 'Google'))
  assertPage(house, await ana.openService(), /Continue with Google/, 200)
  assertPage(house, await again(), /Your access is switched off/, 403)
  assert.equal((await ask('PATCH', `/users/${ANA_ID}`, { blocked: false })).status, 200)
  assertPage(house, await ana.openService(), /Continue with Google/, 200)
  assertArrived(house, await again())
  const reader = await program(house, ['read:users'])
  assert.equal((await reader('PATCH', `/users/${ANA_ID}`, { blocked: true })).status, 403)
  assertArrived(house, await ana.openService())
})

story('a rule that a program put there is in force at the next sign-in, and gone when it is taken away', async ({ house }) => {
  const ask = await program(house)
  const script = "function (user, context, callback) { callback(new UnauthorizedError('Not today, ' + configuration.WHO)) }"
  assert.equal((await ask('PUT', '/rules-configs/WHO', { value: 'dear guest' })).status, 200)
  const made = await ask('POST', '/rules', { name: 'Not today', script })
  assert.equal(made.status, 201)
  const ana = guest(house)
  const refused = await ana.withGoogle(await ana.openService(), ANA)
  assertPage(house, refused, /Not today, dear guest/, 403)
  assert.equal((await ask('DELETE', `/rules/${made.body.id}`)).status, 204)
  assertArrived(house, await ana.openService())
  assert.doesNotMatch(JSON.stringify(await ask('GET', '/rules-configs')), /dear guest/)
  assert.ok(!house.lines.join('').includes('usher_api_'), 'no token is in the log')
})

/** Links whoever comes by password to whom Google knows by the address in the configuration. */
const LINKING = `function (user, context, callback) {
  if (context.connection !== configuration.SECONDARY) return callback(null, user, context)
  var request = require('request')
  var ask = { headers: { Authorization: 'Bearer ' + auth0.accessToken }, json: true }
  var search = Object.assign({ url: auth0.baseUrl + '/users-by-email', qs: { email: configuration.PRIMARY } }, ask)
  request(search, function (error, response, found) {
    if (error || response.statusCode !== 200) return callback(error || new Error('search ' + response.statusCode))
    var primary = found[0].user_id
    var own = user.identities[0]
    var link = { url: auth0.baseUrl + '/users/' + primary + '/identities', body: { provider: own.provider, user_id: String(own.user_id) } }
    request.post(Object.assign(link, ask), function (failed, linked) {
      if (failed || linked.statusCode !== 201) return callback(failed || new Error('link ' + linked.statusCode))
      context.primaryUser = primary
      callback(null, user, context)
    })
  })
}`

story('a rule links two accounts of one person, who is the same to Microsoft from then on', async ({ house, clock }) => {
  const ana = guest(house)
  const name = assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  const ask = await program(house)
  const before = (await ask('GET', `/users/${ANA_ID}`)).body
  await setRules(house, [LINKING], { configuration: { PRIMARY: 'ana.ruiz@gmail.com', SECONDARY: 'guests' } })
  const atHome = guest(house)
  assert.equal(assertArrived(house, await atHome.withPassword(await atHome.openService())), name)
  const after = (await ask('GET', `/users/${ANA_ID}`)).body
  assert.deepEqual(
    after.identities.map(({ connection, provider }: { readonly connection: string; readonly provider: string }) => [connection, provider]),
    [
      ['google', 'google-oauth2'],
      ['guests', 'auth0'],
    ],
  )
  await setRules(house, [])
  clock.advance(ONE_HOUR_MS)
  assert.equal(assertArrived(house, await atHome.openService()), name, 'the browser remembers whom the rule made of them')
  const again = guest(house)
  assert.equal(assertArrived(house, await again.withPassword(await again.openService())), name)
  assert.deepEqual(
    ['email', 'name', 'nickname'].map((field) => (field in after ? [field, after[field]] : [field])),
    ['email', 'name', 'nickname'].map((field) => [field, before[field]]),
    'who they are stays what Google says',
  )
  assert.equal(madeByUsher(house).length, 1)
})

const BLOCKING = `function (user, context, callback) {
  var order = { url: auth0.baseUrl + '/users/' + user.user_id, headers: { Authorization: 'Bearer ' + auth0.accessToken }, json: { blocked: true } }
  require('request').patch(order, function (error, response) {
    if (error || response.statusCode !== 200) return callback(error || new Error('status ' + response.statusCode))
    callback(null, user, context)
  })
}`

story('somebody who is blocked while rules run gets no token', async ({ house }) => {
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  await setRules(house, [BLOCKING])
  assertPage(house, await ana.openService(), /Your access is switched off/, 403)
})

const BY_CLIENT = `function (user, context, callback) {
  var ManagementClient = require('auth0@2.9.1').ManagementClient
  var management = new ManagementClient({ token: auth0.accessToken, domain: auth0.domain })
  management.updateUserMetadata({ id: user.user_id }, { theme: 'dark' }, function (error, changed) {
    if (error) return callback(error)
    management.getUsersByEmail(user.email, function (failed, found) {
      if (failed) return callback(failed)
      management.getUsers({ q: 'email:"' + user.email + '"', per_page: 5, include_totals: true }).then(function (page) {
        return auth0.users.updateAppMetadata(user.user_id, {
          seen: [changed.user_metadata.theme, found.length, found[0].user_id === user.user_id, page.total, page.users.length].join()
        })
      }).then(function () { callback(null, user, context) }, callback)
    })
  })
}`

story("Auth0's own client for Node works inside a rule", async ({ house }) => {
  await setRules(house, [BY_CLIENT])
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  const record = await house.app().findUser(ANA_ID)
  assert.deepEqual([record?.userMetadata, record?.appMetadata], [{ theme: 'dark' }, { seen: 'dark,1,true,1,1' }])
})
