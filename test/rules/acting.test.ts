import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import jwt from 'jsonwebtoken'
import type { Rule } from '../../src/kernel/rule.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { ANA, assertArrived, assertPage, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { listening } from '../support/listening.ts'
import { statement } from '../support/rule-house.ts'
import { ruleOf } from '../support/rule-samples.ts'
import { ruleStory as story } from '../support/story.ts'

const ANA_ID = 'google-oauth2|108234567890123456701'
const SHARED = 'what both sides know and nobody else'

const action = (body: string, order: number): Rule =>
  ruleOf(body.includes('exports.') ? body : `exports.onExecutePostLogin = async (event, api) => { ${body} }`, {
    ...{
      id: `act_${String(order).padStart(16, '0')}`,
      name: `Action ${order}`,
      kind: 'action',
      order,
      secrets: { SHARED: new Secret(SHARED) },
    },
  })

const setScripts = (house: House, rules: readonly Rule[]) =>
  house.app().changeRules('test', () => ({ rules, configuration: {}, budgetMs: 20_000 }))

/** A site of the organization's that sends people back with what it signed about them. */
const signingSite = async (house: House, said: (state: string, sub: string) => object) => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://terms.localhost')
    const state = url.searchParams.get('state') ?? ''
    const { sub } = Object(jwt.verify(url.searchParams.get('session_token') ?? '', SHARED, { algorithms: ['HS256'] }))
    const token = jwt.sign({ iss: 'terms', ...said(state, sub) }, SHARED, { expiresIn: '1h' })
    const fields = `<input name="session_token" value="${token}">`
    response.setHeader('content-type', 'text/html')
    const back = `${house.publicUrl.origin}/continue?state=${encodeURIComponent(state)}`
    response.end(`<title>Terms</title><form method="post" action="${back}">${fields}</form>`)
  })
  const port = await listening(server)
  return { origin: `http://terms.localhost:${port}`, close: () => new Promise((closed) => void server.close(closed)) }
}

const asking = (origin: string) => `
  exports.onExecutePostLogin = async (event, api) => {
    if (event.user.app_metadata.agreed) return
    const session_token = api.redirect.encodeToken({ secret: event.secrets.SHARED })
    api.redirect.sendUserTo('${origin}/', { query: { session_token } })
  }
  exports.onContinuePostLogin = async (event, api) => {
    const { agreed } = api.redirect.validateToken({ secret: event.secrets.SHARED })
    if (!agreed) return api.access.deny('You did not agree.')
    api.user.setAppMetadata('agreed', true)
    api.user.setAppMetadata('before', event.user.counted)
  }`

const counts = ruleOf(
  `function (user, context, callback) {
    user.counted = ((user.app_metadata || {}).runs || 0) + 1
    auth0.users.updateAppMetadata(user.user_id, { runs: user.counted }).then(function () { callback(null, user, context) }, callback)
  }`,
  { id: 'rul_counts', name: 'Counts', order: 1 },
)

/** As the site lets them come back: where they end, and what is kept about them. */
const comeBack = async (house: House, said: (state: string, sub: string) => object, more: readonly Rule[] = []) => {
  const site = await signingSite(house, said)
  try {
    await setScripts(house, [counts, action(asking(site.origin), 2), ...more])
    const one = guest(house)
    const terms = await one.withGoogle(await one.openService(), ANA)
    assert.equal(terms.url.origin, site.origin, terms.text)
    assert.deepEqual(madeByUsher(house), [])
    const stop = await one.onward(await one.browser.submit(terms))
    return { stop, metadata: (await house.app().findUser(ANA_ID))?.appMetadata }
  } finally {
    await site.close()
  }
}

story('an action refuses somebody in its own words, and what it wrote down before is kept', async ({ house }) => {
  await setScripts(house, [
    ruleOf(statement(`context.idToken.seen = true`), { id: 'rul_first', name: 'First', order: 9 }),
    action(
      `api.user.setAppMetadata('ran', api.rules.wasExecuted('rul_first')); api.access.deny('Not before ' + event.secrets.SHARED.length)`,
      1,
    ),
  ])
  const one = guest(house)
  const refused = await one.withGoogle(await one.openService(), ANA)
  assertPage(house, refused, /You do not have access/, 403)
  assert.match(refused.text, /Not before 36/)
  assert.deepEqual((await house.app().findUser(ANA_ID))?.appMetadata, { ran: true })
  assert.deepEqual(madeByUsher(house), [])
  assert.ok(!house.lines.join('').includes(SHARED))
})

story('an action that throws ends the sign-in and says nothing of itself', async ({ house }) => {
  await setScripts(house, [action(`throw new Error('the password of the database is hunter2')`, 1)])
  const one = guest(house)
  const refused = await one.withGoogle(await one.openService(), ANA)
  assertPage(house, refused, /You do not have access/, 403)
  assert.ok(!refused.body.includes('hunter2'))
  assert.deepEqual(madeByUsher(house), [])
})

story('somebody an action sent away goes on in it, and the rules before it do not run again', async ({ house }) => {
  const { stop, metadata } = await comeBack(house, (state, sub) => ({ state, sub, agreed: true }))
  assertArrived(house, stop)
  assert.deepEqual(metadata, { runs: 1, agreed: true, before: 1 })
})

for (const [what, said] of [
  ['did not agree', (state: string, sub: string) => ({ state, sub, agreed: false })],
  ['brings what was signed for another time', (_: string, sub: string) => ({ state: 'another', sub, agreed: true })],
] as const)
  story(`whoever ${what} is not let on`, async ({ house }) => {
    const { stop, metadata } = await comeBack(house, said)
    assertPage(house, stop, /You do not have access/, 403)
    assert.deepEqual(metadata, { runs: 1 })
    assert.deepEqual(madeByUsher(house), [])
  })

story('whoever has come back still meets the actions behind, and is sent nowhere twice', async ({ house }) => {
  const sendsAgain = action(`if (api.redirect.canRedirect()) api.redirect.sendUserTo('https://elsewhere.example/')`, 3)
  const refuses = action(`api.access.deny('Nobody today.')`, 4)
  const { stop } = await comeBack(house, (state, sub) => ({ state, sub, agreed: true }), [sendsAgain, refuses])
  assertPage(house, stop, /Nobody today\./, 403)
  assert.deepEqual(madeByUsher(house), [])
})
