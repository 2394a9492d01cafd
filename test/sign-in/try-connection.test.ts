import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { TrialOutcome } from '#kernel/connection-trial.ts'
import { ACME_UPN, AWAY, type AwayAnswer, type AwayBrowser, type AwayHouse, openAwayHouse, STAFF } from '../support/away-house.ts'
import { ANNA, CLIENT } from '../support/fake-provider/provider-state.ts'

const opening = async (t: TestContext): Promise<AwayHouse> => {
  const house = await openAwayHouse()
  t.after(house.close)
  return house
}

type Name = 'acme' | 'forge'

const ordered = async (house: AwayHouse, name: Name) => house.desk.orderTest(await house.found(name), 'the test')

/** Opens the ticket; where the provider sends the browser back to. */
const away = async (
  house: AwayHouse,
  browser: AwayBrowser,
  name: Name,
): Promise<{ readonly id: string; readonly url: string; readonly back: URL }> => {
  const { id, url } = await ordered(house, name)
  const { status, location = '' } = await browser.open(url)
  assert.equal(status, 302)
  return { id, url, back: house[name].authorize(location) }
}

const outcomeOf = async (house: AwayHouse, id: string): Promise<TrialOutcome | undefined> => {
  const trial = await house.desk.findTest(id)
  return trial?.stage === 'over' ? trial.outcome : undefined
}

const standingOf = async (house: AwayHouse, name: string) => (await house.desk.connections()).find((one) => one.name === name)?.standing

/** No session, no user, no token; the people are those there were. */
const assertNobodySignedIn = async (house: AwayHouse, browser: AwayBrowser, ...answers: readonly AwayAnswer[]): Promise<void> => {
  assert.equal(browser.hasSession(), false)
  for (const { people } of await house.desk.connections()) assert.equal(people, 0)
  for (const { body } of answers) assert.ok(!body.includes('wresult'))
}

for (const [name, user] of [
  ['acme', { user_id: 'oidc|acme|anna-1', email: ANNA.email, email_verified: true, given_name: 'Anna', upn: ACME_UPN }],
  ['forge', { user_id: 'oauth2|forge|anna-1', email: ANNA.email, name: ANNA.name }],
] as const)
  test(`a test of ${name} shows what was said to browser and administrator, and signs nobody in`, async (t) => {
    const house = await opening(t)
    const browser = house.browser()
    const { id, back } = await away(house, browser, name)
    const answer = await browser.open(back.href)
    assert.equal(answer.status, 200, answer.body)
    assert.match(answer.body, /works<\/h1>/)
    assert.match(answer.body, /Nobody was signed in/)
    assert.ok(answer.body.replaceAll('<wbr>', '').includes(ANNA.email))
    assert.ok(!answer.body.includes(CLIENT.secret))
    const outcome = await outcomeOf(house, id)
    assert.ok(outcome?.kind === 'proven')
    assert.equal(outcome.reading.profile.subject, ANNA.sub)
    for (const [key, value] of Object.entries(user)) assert.deepEqual(outcome.reading.user[key], value, key)
    assert.deepEqual(outcome.reading.subject, name === 'acme' ? { immutableId: 'employee-0007', userPrincipalName: ACME_UPN } : undefined)
    await assertNobodySignedIn(house, browser, answer)
    const [report] = (await house.desk.connections()).filter((one) => one.name === name)
    assert.equal(report?.standing, 'usable')
    assert.equal(report?.tested?.by, 'the test')
    for (const line of house.lines) assert.ok(!line.includes(ANNA.email) && !line.includes(id), 'neither person nor ticket is in the log')
  })

test('a password is tried in place: right, wrong, and of somebody the directory cannot name', async (t) => {
  const house = await opening(t)
  const staff = await house.found('staff')
  const right = await house.desk.testPassword(staff, 'the test', STAFF)
  assert.ok(right.kind === 'proven')
  assert.deepEqual(right.reading.subject, { immutableId: 'employee-0001', userPrincipalName: STAFF.upn })
  assert.deepEqual(await house.desk.testPassword(staff, 'the test', { ...STAFF, password: 'wrong horse battery' }), { kind: 'wrong' })
  await house.app.addPerson({ ...STAFF, username: 'nobody', connection: 'staff', names: {}, attributes: {} })
  const unnamed = await house.desk.testPassword(staff, 'the test', { ...STAFF, username: 'nobody' })
  assert.ok(unnamed.kind === 'failed')
  assert.equal(unnamed.failure, 'subject_invalid')
  assert.equal(unnamed.detail['attribute'], 'employee_id')
  assert.ok(unnamed.reading, 'what was said is shown, so that the right name can be found')
  await assertNobodySignedIn(house, house.browser())
  await assert.rejects(house.desk.orderTest(staff, 'the test'), /settings_invalid/)
  await assert.rejects(house.desk.testPassword(await house.found('acme'), 'the test', STAFF), /settings_invalid/)
})

test('a ticket opens once, for one browser, for ten minutes', async (t) => {
  const house = await opening(t)
  const browser = house.browser()
  const { url, back, id } = await away(house, browser, 'acme')
  assert.equal((await browser.open(url)).status, 404, 'opened again')
  const mallory = house.browser()
  assert.equal((await mallory.open(url)).status, 404)
  assert.equal((await mallory.open(back.href)).status, 400, 'another browser brings the answer')
  assert.equal(house.acme.countCalls('/token'), 0)
  assert.equal((await browser.open(back.href)).status, 200, 'the right one still may')
  assert.equal((await browser.open(back.href)).status, 403, 'once')
  assert.equal(house.acme.countCalls('/token'), 1)
  const late = await ordered(house, 'acme')
  const both = await Promise.all([browser.open(late.url), mallory.open(late.url)])
  assert.deepEqual(both.map(({ status }) => status).sort(), [302, 404], 'at the same time')
  const old = await ordered(house, 'forge')
  house.clock.advance(10 * 60_000)
  assert.equal((await browser.open(old.url)).status, 404, 'too late')
  assert.equal(await house.desk.findTest(id), undefined, 'what it showed is gone by then')
  for (const made of ['x', `${id}x`, '..%2F', encodeURIComponent("' or 1=1")])
    assert.equal((await browser.open(`/connections/test/${made}`)).status, 404)
})

test('the answer to a test of one connection is nothing at the address of another', async (t) => {
  const house = await opening(t)
  const browser = house.browser()
  const { id, back } = await away(house, browser, 'acme')
  for (const path of ['/login/callback/forge', '/login/callback/nobody', '/login/callback', '/login/callback/staff']) {
    const answer = await browser.open(`${path}${back.search}`)
    assert.equal(answer.status, 403, path)
  }
  assert.deepEqual([house.acme.countCalls('/token'), house.forge.calls.length], [0, 0])
  assert.equal(await outcomeOf(house, id), undefined)
  assert.equal(await standingOf(house, 'forge'), 'untested')
})

test('the answer to a test signs nobody in, and that of a sign-in is no test', async (t) => {
  const house = await opening(t)
  const browser = house.browser()
  const first = await away(house, browser, 'acme')
  await browser.open(first.back.href)
  // Both under way in one browser.
  const trial = await away(house, browser, 'acme')
  const page = await browser.arrive({ whr: 'acme' })
  const location =
    page.location?.startsWith(AWAY) || page.location?.startsWith('/') ? (await browser.open(page.location)).location : page.location
  const signIn = house.acme.authorize(location ?? '')
  const swapped = (code: URL, state: URL): string => {
    const url = new URL(code)
    url.searchParams.set('state', state.searchParams.get('state') ?? '')
    return url.href
  }
  const asSignIn = await browser.open(swapped(trial.back, signIn))
  const asTest = await browser.open(swapped(signIn, trial.back))
  assert.equal(asTest.status, 403)
  await assertNobodySignedIn(house, browser, asSignIn, asTest)
  const outcome = await outcomeOf(house, trial.id)
  assert.ok(outcome?.kind === 'failed')
  assert.equal(outcome.failure, 'connection_answer_invalid')
})

test('whoever does not agree, or comes with a state made up, has shown nothing', async (t) => {
  const house = await opening(t)
  const browser = house.browser()
  const { id, url } = await ordered(house, 'acme')
  const { location = '' } = await browser.open(url)
  const back = house.acme.authorize(location)
  const made = new URL(back)
  made.searchParams.set('state', `test.${id}.made-up`)
  assert.equal((await browser.open(made.href)).status, 403)
  assert.equal(await outcomeOf(house, id), undefined, 'the right answer may still come')
  assert.equal((await browser.open(house.acme.refuse(location, 'access_denied').href)).status, 403)
  const outcome = await outcomeOf(house, id)
  assert.ok(outcome?.kind === 'failed' && outcome.failure === 'connection_refused')
  assert.equal(await standingOf(house, 'acme'), 'untested')
})

test('a provider that is away: the administrator is told why, the browser only that, and where to ask', async (t) => {
  const house = await opening(t)
  house.cutOff('login.acme.example')
  const browser = house.browser()
  const { id, url } = await ordered(house, 'acme')
  const answer = await browser.open(url)
  assert.equal(answer.status, 502)
  const outcome = await outcomeOf(house, id)
  assert.ok(outcome?.kind === 'failed')
  assert.equal(outcome.failure, 'connection_unavailable')
  assert.match(outcome.cause ?? '', /nobody answers at login\.acme\.example/)
  assert.ok(answer.body.includes(outcome.reference))
  assert.doesNotMatch(answer.body, /nobody answers|login\.acme/)
  assert.equal(await standingOf(house, 'acme'), 'untested')
})

test('a connection that is switched off can be tested, and stays off', async (t) => {
  const house = await opening(t)
  await house.desk.switchConnection(await house.found('acme'), false)
  const browser = house.browser()
  const { back } = await away(house, browser, 'acme')
  assert.equal((await browser.open(back.href)).status, 200)
  assert.equal(await standingOf(house, 'acme'), 'disabled')
  assert.equal((await house.desk.standingOf(await house.found('acme'))).kind, 'usable')
  assert.doesNotMatch((await browser.arrive()).body, /Acme/)
})

test('settings are tested before they are in force, and then need no test', async (t) => {
  const house = await opening(t)
  const browser = house.browser()
  const now = await away(house, browser, 'acme')
  await browser.open(now.back.href)
  const acme = await house.found('acme')
  const next = { ...acme, settings: { ...acme.settings, scopes: ['openid', 'email'] } }
  const { url } = await house.desk.orderTest(next, 'the test')
  const { location = '' } = await browser.open(url)
  assert.match(new URL(location).searchParams.get('scope') ?? '', /^openid email$/)
  assert.equal((await browser.open(house.acme.authorize(location).href)).status, 200)
  assert.equal(await standingOf(house, 'acme'), 'usable', 'those in force were tested, too')
  const { id: _, ...declared } = next
  await house.app.apply({ connections: [{ ...declared, linking: undefined, authoritativeFor: undefined }] })
  assert.equal(await standingOf(house, 'acme'), 'usable')
  assert.deepEqual((await house.found('acme')).settings['scopes'], ['openid', 'email'])
})

test('programs test connections, too: with the right scope, without secrets', async (t) => {
  const house = await opening(t)
  const browser = house.browser()
  const { createToken } = await house.app.desk()
  const [reads, updates] = await Promise.all([
    createToken('reads', ['read:connections'], 1),
    createToken('updates', ['update:connections', 'read:connections'], 1),
  ])
  const [reader = '', writer = ''] = [reads?.reveal(), updates?.reveal()]
  assert.equal((await browser.ask('POST', '/connections/acme/tests', reader)).status, 403)
  assert.equal((await browser.ask('POST', '/connections/nobody/tests', writer)).status, 404)
  assert.equal((await browser.ask('POST', '/connections/staff/tests', writer)).status, 400)
  assert.equal((await browser.ask('POST', '/connections/acme/tests', writer, STAFF)).status, 400)
  const { username, password } = STAFF
  const typed = await browser.ask('POST', '/connections/staff/tests', writer, { username, password })
  assert.equal(typed.status, 201)
  assert.equal(JSON.parse(typed.body).subject.userPrincipalName, STAFF.upn)
  const wrong = await browser.ask('POST', '/connections/staff/tests', writer, { username, password: 'wrong horse battery' })
  assert.equal(JSON.parse(wrong.body).status, 'wrong_password')
  const { id, url } = JSON.parse((await browser.ask('POST', '/connections/acme/tests', writer)).body)
  const at = `/connections/acme/tests/${id}`
  assert.deepEqual(JSON.parse((await browser.ask('GET', at, reader)).body), { id, status: 'pending' })
  assert.equal((await browser.ask('GET', `/connections/forge/tests/${id}`, reader)).status, 404)
  await browser.open(house.acme.authorize((await browser.open(url)).location ?? '').href)
  const over = JSON.parse((await browser.ask('GET', at, reader)).body)
  assert.equal(over.status, 'proven')
  assert.equal(over.profile.subject, ANNA.sub)
  const list = await browser.ask('GET', '/connections', reader)
  const [acme, forge] = JSON.parse(list.body)
  assert.deepEqual([acme.name, acme.strategy, acme.status, acme.tested_by], ['acme', 'oidc', 'enabled', 'token updates'])
  assert.deepEqual([forge.name, forge.status, forge.people], ['forge', 'untested', 0])
  for (const { body } of [list, typed]) assert.ok(!body.includes(CLIENT.secret) && !body.includes(STAFF.password))
})
