import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { DEMO_TENANT } from '../../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../../src/kernel/clock.ts'
import { outbound } from '../../../src/lib/outbound.ts'
import { launchBrowser, type TestBrowser } from '../../support/browser.ts'
import { withoutBrowser } from '../../support/chromium.ts'
import { ANA, BEN, guest } from '../../support/guests.ts'
import { DANA, type House } from '../../support/house.ts'
import { type Arena, openArena, REALM } from './arena.ts'

let arena: Arena
let house: House
let browser: TestBrowser
let evil: Server
let evilOrigin = ''
/** What the attacker's site shows next. */
let bait = ''

before(async () => {
  if (withoutBrowser) return
  arena = await openArena()
  house = arena.house
  browser = await launchBrowser()
  evil = createServer((_request, response) => void response.setHeader('content-type', 'text/html').end(`<!doctype html>${bait}`))
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
  const bound = evil.address()
  evilOrigin = `http://evil.localhost:${typeof bound === 'object' ? bound?.port : ''}`
})
after(async () => {
  if (withoutBrowser) return
  await browser.close()
  evil.close()
  await arena.close()
})

const service = () => {
  const { login, service: office } = house.emulator.addresses
  return `${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(`${office}/sites/partners`)}`
}
const signInAt = (more: Readonly<Record<string, string>> = {}) =>
  `${house.publicUrl.origin}/wsfed/${house.clientId}?${new URLSearchParams({ wa: 'wsignin1.0', wtrealm: REALM, wctx: 'x', ...more })}`

/** Who the browser is in Microsoft 365 when it just goes there; undefined when somebody has to be asked. */
const arrivesAs = async (page: Page): Promise<string | undefined> => {
  await page.goto(service())
  await page.locator('#upn, h1:not(:has-text("You are signed in"))').first().waitFor()
  const name = page.locator('#upn')
  return (await name.count()) > 0 ? await name.innerText() : undefined
}

const press = (page: Page, words: string | RegExp) => page.locator('a, button').filter({ hasText: words }).first().click()

const signInAs = async (page: Page, person: string): Promise<void> => {
  await page.goto(service())
  await press(page, 'Continue with Google')
  await press(page, person)
  await page.locator('#upn').waitFor()
  arena.clock.advance(ONE_HOUR_MS)
}

const openBait = async (page: Page, html: string): Promise<void> => {
  bait = html
  await page.goto(evilOrigin)
  await page.waitForLoadState('networkidle')
}

/** Posts a form from the attacker's site as soon as it is opened. */
const postingForm = (action: string, fields: Readonly<Record<string, string>>): string => {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`)
  return `<form method="post" action="${action.replaceAll('&', '&amp;')}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`
}

/** The way back from Google of somebody else's sign-in, not gone yet. */
const begunByAttacker = async () => {
  const attacker = guest(house)
  const google = await attacker.browser.click(await attacker.openService(), 'Google')
  const link = google.links.find(({ text }) => text.includes(BEN))
  const calls = outbound()
  const answer = await calls.fetch(new URL(link?.href ?? '', google.url), { redirect: 'manual' })
  await calls.close()
  const callback = answer.headers.get('location') ?? ''
  assert.ok(callback.startsWith(`${house.publicUrl.origin}/login/callback/`), callback)
  return { attacker, callback }
}

const attackersCallback = async (): Promise<string> => (await begunByAttacker()).callback

/** The address of the attacker's own page that waits for a password. */
const attackersPasswordForm = async (): Promise<string> => {
  const attacker = guest(house)
  const page = await attacker.browser.click(await attacker.openService(), 'guest password')
  return new URL(page.forms[0]?.action ?? '', page.url).href
}

/** Everything a web attacker can make a browser do. None of it may change who its owner is. */
const SCENARIOS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'the way back of somebody else’s sign-in': async (page) => page.goto(await attackersCallback()),
  'the way back of somebody else’s sign-in, from a page of theirs': async (page) =>
    openBait(page, `<script>location = ${JSON.stringify(await attackersCallback())}</script>`),
  'somebody else’s password, posted from their site': async (page) => openBait(page, postingForm(await attackersPasswordForm(), DANA)),
  'the address of somebody else’s sign-in': async (page) => page.goto((await attackersPasswordForm()).replace(/\/password$/, '/next')),
  'a sign-in request posted from another site, with another name in it': async (page) =>
    openBait(
      page,
      postingForm(signInAt().split('?')[0] ?? '', {
        wa: 'wsignin1.0',
        wtrealm: REALM,
        wctx: 'x',
        username: `ben.okafor@${DEMO_TENANT.guestDomain}`,
      }),
    ),
  'a hundred smart links': async (page) => {
    const frames = Array.from(
      { length: 100 },
      (_, n) => `<img src="${house.publicUrl.origin}/login?client=${house.clientId}&amp;protocol=wsfed&amp;state=${n}">`,
    )
    await openBait(page, frames.join(''))
    await page.goto(`${house.publicUrl.origin}/login?client=${house.clientId}&protocol=wsfed&state=&redirect_uri=&connection=google`)
  },
  'a sign-out behind their back, and a link to another way in': async (page) => {
    await openBait(page, `<img src="${signInAt().replace('wsignin1.0', 'wsignout1.0').replaceAll('&', '&amp;')}">`)
    await page.goto(signInAt({ whr: 'google', login_hint: 'ben@okafor.example' }))
  },
  'a request for fresh credentials that somebody else answers': async (page) => {
    await page.goto(signInAt({ wfresh: '0' }))
    await press(page, 'Continue with Google')
    await press(page, BEN)
    await page.locator('h1, #upn').first().waitFor()
  },
}

for (const [scenario, attack] of Object.entries(SCENARIOS)) {
  test(`${scenario}: a person who is signed in stays who they are`, { skip: withoutBrowser }, async () => {
    const { page } = await browser.newPage()
    await signInAs(page, ANA)
    await attack(page)
    arena.clock.advance(ONE_HOUR_MS / 4)
    const name = await arrivesAs(page)
    assert.ok(name === undefined || name === `ana.ruiz@${DEMO_TENANT.guestDomain}`, `silently became ${name}`)
    await page.context().close()
  })

  // In the last one somebody proves at this browser who they are, and nobody else did before.
  const isSomebody = scenario.includes('somebody else answers')
  if (!isSomebody)
    test(`${scenario}: nobody is still nobody`, { skip: withoutBrowser }, async () => {
      const { page } = await browser.newPage()
      await attack(page)
      const cookies = await page.context().cookies(house.publicUrl.origin)
      assert.deepEqual(
        cookies.map(({ name }) => name).filter((name) => name.endsWith('session')),
        [],
      )
      assert.equal(await arrivesAs(page), undefined)
      await page.context().close()
    })
}

test('the same way back brings in the one whose it is, so that the refusals mean something', { skip: withoutBrowser }, async () => {
  const { attacker, callback } = await begunByAttacker()
  const arrived = await attacker.onward(await attacker.browser.open(callback))
  assert.equal(arrived.headers.get('x-emulator-arrived'), `ben.okafor@${DEMO_TENANT.guestDomain}`)
})
