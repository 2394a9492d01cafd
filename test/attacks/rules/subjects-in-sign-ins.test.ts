import assert from 'node:assert/strict'
import { ONE_HOUR_MS } from '../../../src/kernel/clock.ts'
import { ANA, assertArrived, BEN, guest, madeByUsher } from '../../support/guests.ts'
import type { House } from '../../support/house.ts'
import { setRules, statement } from '../../support/rule-house.ts'
import { story } from '../../support/story.ts'

const TENANT = 'guests.contoso.example'

/** Asks the retired Graph for something in the run's own name, and goes on whatever it says. */
const graph = (method: string, path: string, body: object): string => `function (user, context, callback) {
  const request = require('request')
  const form = { client_id: 'a', client_secret: 'b', grant_type: 'client_credentials', resource: 'https://graph.windows.net' }
  request.post({ url: 'https://login.windows.net/${TENANT}/oauth2/token', form, json: true }, (error, response, login) => {
    const headers = { Authorization: 'Bearer ' + (login || {}).access_token }
    request({ method: '${method}', url: 'https://graph.windows.net/${TENANT}${path}?api-version=1.6', headers, json: ${JSON.stringify(body)} }, (failed, answer) => {
      console.log(answer && answer.statusCode)
      callback(null, user, context)
    })
  })
}`

/** Everything that Microsoft reads of who somebody is, as it stands in the directory. */
const directoryOf = (house: House, name: string): string => {
  const { onPremisesImmutableId, userPrincipalName, assignedLicenses, accountEnabled, displayName } =
    house.world.truth.live().find((user) => user.userPrincipalName === name) ?? {}
  return JSON.stringify({ onPremisesImmutableId, userPrincipalName, assignedLicenses, accountEnabled, displayName })
}

story('whatever a rule tells whomever, people arrive as themselves or not at all', async ({ house, clock, tell }) => {
  const ben = guest(house)
  const benName = assertArrived(house, await ben.untilArrived(await ben.withGoogle(await ben.openService(), BEN)))
  const benId = house.world.truth.live().find(({ userPrincipalName }) => userPrincipalName === benName)?.onPremisesImmutableId ?? ''
  const [benRow] = madeByUsher(house)
  const ana = guest(house)
  const anaName = assertArrived(house, await ana.untilArrived(await ana.withGoogle(await ana.openService(), ANA)))
  const before = directoryOf(house, benName)
  const user = { userPrincipalName: benName, immutableId: benId, accountEnabled: true, displayName: 'Ana', mailNickname: 'ana' }
  const attempts = [
    `user.upn = ${JSON.stringify(benName)}`,
    `user.inmutableid = ${JSON.stringify(benId)}; user.upn = ${JSON.stringify(benName)}`,
    "context.primaryUser = 'google-oauth2|108234567890123456702'",
    `Object.defineProperty(user, 'upn', { enumerable: true, get: () => ${JSON.stringify(benName)} })`,
    `context.samlConfiguration.mappings = { 'http://schemas.xmlsoap.org/claims/UPN': 'x', 'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID': 'y' }; user.x = ${JSON.stringify(benName)}; user.y = ${JSON.stringify(benId)}`,
    `context.samlConfiguration.attributes = { 'http://schemas.xmlsoap.org/claims/UPN': ${JSON.stringify(benName)}, nameid: ${JSON.stringify(benId)} }`,
    `user.user_id = 'google-oauth2|108234567890123456702'; user.identities = [{ provider: 'google-oauth2', user_id: '108234567890123456702' }]`,
  ].map(statement)
  const calls = [
    graph('POST', '/users', { ...user, passwordProfile: { password: 'x' } }),
    graph('PATCH', `/users/${encodeURIComponent(benName)}`, { accountEnabled: false, immutableId: 'foreign', displayName: 'Boss' }),
    graph('PATCH', `/users/${encodeURIComponent(benRow?.id ?? '')}`, { userPrincipalName: anaName }),
    graph('PATCH', `/users/${encodeURIComponent(anaName)}`, { immutableId: benId, userPrincipalName: benName }),
    graph('POST', `/users/${encodeURIComponent(benName)}/assignLicense`, {
      addLicenses: [],
      removeLicenses: ['078d2b04-f1bd-4111-bbd4-b4b1b354cef4'],
    }),
    graph('DELETE', `/users/${encodeURIComponent(benName)}`, {}),
    `async function (user, context, callback) {
      await auth0.users.updateAppMetadata(user.user_id, { upn: ${JSON.stringify(benName)}, inmutableid: ${JSON.stringify(benId)}, primaryUser: 'x' }).catch(() => {})
      callback(null, user, context)
    }`,
    // The next sign-in sees what the last one wrote.
    statement('user.seen = user.upn'),
    statement('context.primaryUser = user.upn; user.upn = undefined'),
  ]
  let arrivals = 0
  for (const script of [...attempts, ...calls]) {
    await setRules(house, [script])
    clock.advance(ONE_HOUR_MS)
    const one = guest(house)
    const stop = await one.untilArrived(await one.withGoogle(await one.openService(), ANA))
    const arrivedAs = stop.headers.get('x-emulator-arrived')
    if (arrivedAs !== null) {
      assert.equal(arrivedAs, anaName, script)
      arrivals += 1
    }
    assert.equal(directoryOf(house, benName), before, script)
    assert.equal(madeByUsher(house).length, 2, script)
  }
  assert.ok(arrivals >= calls.length - 3, `${arrivals} arrivals`)
  tell(
    `count ${attempts.length + calls.length} sign-ins with rules that name somebody else, ${arrivals} arrived as themselves, 0 as others`,
  )
})
