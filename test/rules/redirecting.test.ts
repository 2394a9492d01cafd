import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { freePort } from '../support/free-port.ts'
import { ANA, assertArrived, assertPage, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { setRules } from '../support/rule-house.ts'
import { ruleStory as story } from '../support/story.ts'

/** A site of the organization's that asks for consent and sends people back. */
const consentSite = async (house: House, back: 'GET' | 'POST') => {
  const states: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://consent.localhost')
    const state = url.searchParams.get('state') ?? ''
    states.push(state)
    const action = `${house.publicUrl.origin}/continue${back === 'POST' ? `?state=${encodeURIComponent(state)}` : ''}`
    const fields = `<input name="agreed" value="yes">${back === 'GET' ? `<input name="state" value="${state}">` : ''}`
    response.setHeader('content-type', 'text/html')
    response.end(`<title>Consent</title><form method="${back.toLowerCase()}" action="${action}">${fields}</form>`)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  return { origin: `http://consent.localhost:${port}`, states, close: () => new Promise((done) => void server.close(done)) }
}

const asking = (origin: string) => `function (user, context, callback) {
  var answer = Object.assign({}, context.request.query, context.request.body)
  if (context.protocol === 'redirect-callback') {
    if (answer.agreed !== 'yes') return callback(new UnauthorizedError('You did not agree.'))
    user.came = [context.original_protocol, context.request.query.wa].join()
    context.redirect = { url: '${origin}/again' }
    return auth0.users.updateAppMetadata(user.user_id, { came: user.came }).then(function () { callback(null, user, context) }, callback)
  }
  context.redirect = { url: '${origin}/consent?for=' + encodeURIComponent(user.user_id) }
  callback(null, user, context)
}`

for (const back of ['GET', 'POST'] as const)
  story(`a rule sends somebody to another site once, and they come back by ${back}`, async ({ house }) => {
    const site = await consentSite(house, back)
    try {
      await setRules(house, [asking(site.origin)])
      const one = guest(house)
      const consent = await one.withGoogle(await one.openService(), ANA)
      assert.equal(consent.url.origin, site.origin, consent.text)
      assert.equal(consent.url.searchParams.get('for'), 'google-oauth2|108234567890123456701')
      assert.deepEqual(madeByUsher(house), [], 'nothing is made for somebody who may not come back')
      assertArrived(house, await one.onward(await one.browser.submit(consent)))
      assert.equal(site.states.length, 1, 'a second redirect counts for nothing')
      assert.equal((await house.app().findUser('google-oauth2|108234567890123456701'))?.appMetadata['came'], 'wsfed,wsignin1.0')
    } finally {
      await site.close()
    }
  })

story('whoever comes back with another state, or none, is not let on', async ({ house }) => {
  const site = await consentSite(house, 'GET')
  try {
    await setRules(house, [asking(site.origin)])
    const one = guest(house)
    const consent = await one.withGoogle(await one.openService(), ANA)
    const state = consent.url.searchParams.get('state') ?? ''
    const open = (query: string) => one.browser.open(`${house.publicUrl.origin}/continue?${query}`)
    for (const query of [
      '',
      'agreed=yes',
      `state=${state.split('.')[0]}.wrong&agreed=yes`,
      `state=${state}&state=other`,
      `state=${state.slice(0, -1)}%C3%A9`,
    ]) {
      const page = await open(query)
      assertPage(house, page, /We could not read this answer/, 400)
      assert.match(page.body, /invalid_request/)
    }
    const stranger = guest(house)
    assertPage(
      house,
      await stranger.browser.open(`${house.publicUrl.origin}/continue?state=${state}&agreed=yes`),
      /blocking sign-in cookies/,
      400,
    )
    assert.deepEqual(madeByUsher(house), [])
    assertArrived(house, await one.onward(await open(`state=${state}&agreed=yes`)))
  } finally {
    await site.close()
  }
})
