import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { openGallery } from '../support/gallery-server.ts'

const PAUSE_MS = 2_000
const LOOKS = 500

let browser: TestBrowser
let gallery: Awaited<ReturnType<typeof openGallery>>

before(async () => {
  if (withoutBrowser) return
  browser = await launchBrowser()
  gallery = await openGallery()
})

after(async () => {
  await browser?.close()
  await gallery?.close()
})

/** The first so many askings for events are refused, as by a proxy behind which nobody listens. */
const refuseEvents = async (page: Page, times: number) => {
  let asked = 0
  await page.route('**/events', async (route) => {
    asked += 1
    if (asked <= times) await route.fulfill({ status: 502, contentType: 'text/html', body: 'nobody there' })
    else await route.fallback()
  })
  return () => asked
}

/** Lets time pass in the page until this is so. */
const untilSo = async (page: Page, isSo: () => boolean): Promise<void> => {
  for (let look = 0; look < LOOKS; look += 1) {
    if (isSo()) return
    await page.clock.runFor(PAUSE_MS)
  }
  throw new Error('that did not come about')
}

test('what is told is shown: the step, how far it is, and in the title', { skip: withoutBrowser }, async () => {
  const { page, close } = await browser.newPage()
  await page.goto(gallery.addressOf('progress'), { waitUntil: 'commit' })
  await page.locator('li[aria-current=step]').filter({ hasText: 'Adding your license' }).waitFor()
  assert.equal(await page.locator('li.done').count(), 2)
  assert.equal(await page.locator('#say').innerText(), 'Step 3 of 4: Adding your license')
  assert.equal(await page.title(), 'Step 3 of 4 – Setting up your account – Fabrikam')
  assert.equal(await page.locator('progress').getAttribute('max'), '4')
  assert.match(await page.locator('.reference dd').innerText(), /^[A-Z2-9]{4}-[A-Z2-9]{4}$/)
  await close()
})

test('whoever is refused for a while asks again, and is told how it goes', { skip: withoutBrowser }, async () => {
  const { page, close } = await browser.newPage()
  await page.clock.install()
  const asked = await refuseEvents(page, 2)
  await page.goto(gallery.addressOf('progress'), { waitUntil: 'commit' })
  await untilSo(page, () => asked() === 3)
  await page.locator('li[aria-current=step]').waitFor()
  assert.equal(asked(), 3)
  await close()
})

test('whoever is refused again and again goes on to find out why', { skip: withoutBrowser }, async () => {
  const { page, close } = await browser.newPage()
  await page.clock.install()
  const asked = await refuseEvents(page, 100)
  let isGone = false
  page.on('request', (request) => {
    isGone ||= request.isNavigationRequest() && request.url().endsWith('/next')
  })
  await page.goto(gallery.addressOf('progress'), { waitUntil: 'commit' })
  await untilSo(page, () => isGone)
  assert.equal(asked(), 5)
  await close()
})
