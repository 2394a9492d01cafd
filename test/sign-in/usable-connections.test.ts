import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  ACME_UPN,
  AWAY,
  type AwayAnswer,
  type AwayBrowser,
  awayConnections,
  type AwayHouse,
  openAwayHouse,
  STAFF,
} from '../support/away-house.ts'

const opening = async (t: TestContext): Promise<AwayHouse> => {
  const house = await openAwayHouse()
  t.after(house.close)
  return house
}

/** Somebody tries a connection and it works. */
const tested = async (house: AwayHouse, name: 'acme' | 'forge'): Promise<void> => {
  const browser = house.browser()
  const { url, id } = await house.desk.orderTest(await house.found(name), 'the test')
  const leaving = await browser.open(url)
  assert.equal((await browser.open(house[name].authorize(leaving.location ?? '').href)).status, 200)
  assert.equal((await house.desk.testOutcome(id, AbortSignal.timeout(60_000)))?.kind, 'proven')
}

const switchedOff = async (house: AwayHouse, name: string): Promise<void> => {
  assert.equal(await house.desk.switchConnection(await house.found(name), false), true)
}

/** Follows our own redirects, as far as they are ours. */
const settled = async (browser: AwayBrowser, first: AwayAnswer): Promise<AwayAnswer> => {
  let answer = first
  while (answer.location && new URL(answer.location, AWAY).origin === AWAY) answer = await browser.open(answer.location)
  return answer
}

const wayTo = (chooser: AwayAnswer, name: string): string => {
  const found = new RegExp(`href="(/sign-in/[\\w-]+/connection/${name})"`).exec(chooser.body)?.[1]
  assert.ok(found, `${name} is offered: ${chooser.body}`)
  return found
}

const hasToken = ({ body }: AwayAnswer): boolean => body.includes('name="wresult"')

const assertNotFound = (answer: AwayAnswer): void => {
  assert.equal(answer.status, 404)
  assert.match(answer.body, /This way to sign in does not exist/)
  assert.ok(!hasToken(answer))
}

const toAcme = async (house: AwayHouse, browser: AwayBrowser, more: Readonly<Record<string, string>> = {}): Promise<URL> => {
  const leaving = await browser.open(wayTo(await settled(browser, await browser.arrive(more)), 'acme'))
  return house.acme.authorize(leaving.location ?? '')
}

test('a connection that was not tested is not offered, named, discovered, chosen or come back from', async (t) => {
  const house = await opening(t)
  const browser = house.browser()
  for (const hint of ['', 'whr=acme', 'whr=acme.example', 'username=anna%40acme.example']) {
    const answer = await settled(browser, await browser.arrive(Object.fromEntries(new URLSearchParams(hint))))
    assert.equal(answer.status, 200)
    assert.doesNotMatch(answer.body, /Acme|Forge/)
    assert.match(answer.body, /name="password"/, 'the one that needs no test is the only way')
  }
  const page = await browser.arrive({ wprompt: 'x' })
  const transaction = /\/sign-in\/[\w-]+/.exec(page.body)?.[0] ?? ''
  assertNotFound(await browser.open(`${transaction}/connection/acme`))
  const state = `${transaction.split('/').at(-1)}.x`
  for (const name of ['acme', 'forge', 'nobody'])
    for (const query of ['', `?state=${state}&code=c`, `?state=${state}&state=${state}&code=c`]) {
      assertNotFound(await browser.open(`/login/callback/${name}${query}`))
      assertNotFound(await browser.post(`/login/callback/${name}`, { state, code: 'c' }))
    }
  assert.deepEqual([...house.acme.calls, ...house.forge.calls], [], 'no provider was asked for anything')
  assert.equal(browser.hasSession(), false)
})

test('once it was tested, people arrive through it; its neighbor that was not stays off', async (t) => {
  const house = await opening(t)
  await tested(house, 'acme')
  const browser = house.browser()
  const chooser = await settled(browser, await browser.arrive())
  assert.doesNotMatch(chooser.body, /Forge/)
  const arrived = await settled(browser, await browser.open((await toAcme(house, browser)).href))
  assert.ok(hasToken(arrived))
  assert.ok(arrived.body.includes(ACME_UPN))
  assert.ok(browser.hasSession())
})

test('switched off while somebody is at the provider: they do not come back in, and choose another way', async (t) => {
  const house = await opening(t)
  await tested(house, 'acme')
  const browser = house.browser()
  const back = await toAcme(house, browser)
  await switchedOff(house, 'acme')
  const before = house.acme.countCalls('/token')
  assertNotFound(await browser.open(back.href))
  assert.equal(house.acme.countCalls('/token'), before, 'the code was not spent')
  assert.equal(browser.hasSession(), false)
  const transaction = back.searchParams.get('state')?.split('.')[0]
  const again = await settled(browser, await browser.open(`/sign-in/${transaction}`))
  assert.equal(again.status, 200)
  assert.match(again.body, /a staff password/)
  assert.doesNotMatch(again.body, /Acme/)
})

for (const isOnAgain of [false, true])
  test(`switched off ${isOnAgain ? 'and on again ' : ''}between proving who they are and the token: no token`, async (t) => {
    const house = await opening(t)
    await tested(house, 'acme')
    const erika = house.browser()
    const page = await settled(erika, await erika.arrive())
    const form = await erika.open(wayTo(page, 'staff'))
    const action = /action="(\/sign-in\/[\w-]+\/password)"/.exec(form.body)?.[1] ?? ''
    assert.ok(hasToken(await settled(erika, await erika.post(action, STAFF))))
    const anna = house.browser()
    // Somebody else was expected: she is asked whether she means it.
    const leaving = await settled(anna, await anna.arrive({ whr: 'acme', username: STAFF.upn }))
    const asked = await settled(anna, await anna.open(house.acme.authorize(leaving.location ?? '').href))
    const question = /action="(\/sign-in\/[\w-]+\/account)"/.exec(asked.body)?.[1]
    assert.ok(question, asked.body)
    house.clock.advance(1_000)
    await switchedOff(house, 'acme')
    if (isOnAgain) assert.ok(await house.desk.switchConnection(await house.found('acme'), true))
    house.clock.advance(1_000)
    const answer = await settled(anna, await anna.post(question, { choice: 'continue' }))
    assert.match(answer.body, /This sign-in page has expired/)
    assert.equal(answer.body.includes('Acme'), isOnAgain)
    const issued = house.lines.filter((line) => line.includes('token_issued'))
    assert.equal(issued.length, 1, 'to the one before')
    assert.equal(anna.hasSession(), false)
  })

test('a session of a connection that was switched off answers for nobody, also once it is on again', async (t) => {
  const house = await opening(t)
  await tested(house, 'acme')
  const browser = house.browser()
  await settled(browser, await browser.open((await toAcme(house, browser)).href))
  assert.ok(hasToken(await browser.arrive()), 'remembered')
  await switchedOff(house, 'acme')
  const asked = await settled(browser, await browser.arrive())
  assert.ok(!hasToken(asked))
  assert.match(asked.body, /name="password"/)
  await house.desk.switchConnection(await house.found('acme'), true)
  assert.ok(!hasToken(await settled(browser, await browser.arrive())))
  const anew = await settled(browser, await browser.open((await toAcme(house, browser)).href))
  assert.ok(hasToken(anew))
  assert.ok(hasToken(await browser.arrive()), 'remembered')
})

test('other settings are another connection until they are tested; another secret, label or home realm are not', async (t) => {
  const house = await opening(t)
  await tested(house, 'acme')
  const browser = house.browser()
  const chooser = async () => (await settled(browser, await browser.arrive())).body
  const settings = awayConnections()[0]?.settings ?? {}
  const change = (acme: object) => house.app.apply({ connections: [{ ...awayConnections()[0], ...acme }] })
  await change({
    label: 'Acme Corporation',
    brand: 'microsoft',
    homeRealms: [],
    settings: { ...settings, clientSecret: { secret: 'rotated' } },
  })
  assert.match(await chooser(), /Acme Corporation/)
  for (const acme of [
    { settings: { ...settings, clientId: 'another' } },
    { settings: { ...settings, scopes: ['openid'] } },
    { directory: { immutableIdAttribute: 'sub', userPrincipalNameAttribute: 'upn' } },
    { secondFactor: { trusted: true, amr: ['otp'] } },
    { legacyCallback: true },
  ]) {
    await change(acme)
    assert.doesNotMatch(await chooser(), /Acme/, JSON.stringify(acme))
    assertNotFound(await browser.open('/login/callback/acme?state=t.x&code=c'))
    await change({})
    assert.match(await chooser(), /Acme/, 'as they were tested')
  }
})

test('what was switched off stays off, whatever a file says that is applied again', async (t) => {
  const house = await opening(t)
  await tested(house, 'acme')
  await switchedOff(house, 'acme')
  const browser = house.browser()
  for (const label of ['Acme', 'Acme Corporation']) {
    await house.app.apply({ connections: [{ ...awayConnections()[0], label }] })
    assert.doesNotMatch((await settled(browser, await browser.arrive())).body, /Acme/)
  }
  assert.equal(await house.desk.switchConnection(await house.found('acme'), true), true)
  assert.match((await settled(browser, await browser.arrive())).body, /Acme Corporation/)
})
