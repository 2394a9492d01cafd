import assert from 'node:assert/strict'
import { ANA, BEN, assertArrived, assertPage, graphWrites, guest, madeByUsher } from '../../support/guests.ts'
import { DEMO_TENANT } from '../../../src/cli/demo-settings.ts'
import { setRules } from '../../support/rule-house.ts'
import { ruleStory as story } from '../../support/story.ts'

const USER = JSON.stringify({
  accountEnabled: true,
  displayName: 'Ana',
  mailNickname: 'ana',
  immutableId: 'Some+ID0001=',
  userPrincipalName: `ana.of.the.rule@${DEMO_TENANT.guestDomain}`,
  passwordProfile: { password: 'Whatever-1' },
})

/** A rule that finds somebody out, and goes on as ever. */
const rule = `async function (user, context, callback) {
  const json = { 'content-type': 'application/json' }
  const api = { ...json, authorization: 'Bearer ' + auth0.accessToken }
  const place = auth0.baseUrl + '/users/' + encodeURIComponent(user.user_id)
  if (user.name === configuration.CAUGHT) user.caught = (await fetch(place, { method: 'PATCH', headers: api, body: '{"blocked":true}' })).status
  const form = { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b', resource: 'https://graph.windows.net' }
  const asked = await fetch('https://login.windows.net/${DEMO_TENANT.guestDomain}/oauth2/token', { method: 'POST', body: new URLSearchParams(form) })
  const { access_token } = await asked.json()
  const graph = { ...json, authorization: 'Bearer ' + access_token }
  const made = await fetch('https://graph.windows.net/myorganization/users?api-version=1.6', { method: 'POST', headers: graph, body: configuration.USER })
  console.log(user.caught, asked.status, made.status)
  callback(null, user, context)
}`

story('whoever a rule blocks gets no account by what the rule goes on to ask for', async ({ house }) => {
  await setRules(house, [rule], { configuration: { CAUGHT: ANA, USER } })
  const ana = guest(house)
  assertPage(house, await ana.untilArrived(await ana.withGoogle(await ana.openService(), ANA)), /blocked|switched off/i, 403)
  assert.deepEqual(graphWrites(house), [])
  assert.deepEqual(madeByUsher(house), [])
  const ben = guest(house)
  assert.equal(
    assertArrived(house, await ben.untilArrived(await ben.withGoogle(await ben.openService(), BEN))),
    JSON.parse(USER).userPrincipalName,
  )
})
