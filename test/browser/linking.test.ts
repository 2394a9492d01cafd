import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_MINUTE_MS } from '../../src/kernel/clock.ts'
import { browserStory, type BrowserStoryOptions, type ToldInBrowser } from '../support/browser-story.ts'
import { ANA, BEN, guest, madeByUsher } from '../support/guests.ts'
import { DANA } from '../support/house.ts'
import { BOTH, linking, ownPage } from '../support/linking.ts'

const settings = linking(BOTH)

/** Ways to look at it. */
const looks: Readonly<Record<string, BrowserStoryOptions>> = {
  'light, in the window of an Office application': { viewport: { width: 480, height: 600 }, settings },
  'dark, on a narrow phone, without scripts': {
    viewport: { width: 320, height: 568 },
    colorScheme: 'dark',
    javaScriptEnabled: false,
    settings,
  },
}

/** What somebody does on our pages, in whatever browser. */
const person = ({ house, page, press, assertOurs }: ToldInBrowser, hasScript: boolean) => {
  const withPassword = async (): Promise<void> => {
    await press('guest password')
    await page.getByLabel('Email or username').fill(DANA.username)
    await page.getByLabel('Password', { exact: true }).fill(DANA.password)
    await press(/^Sign in$/)
  }
  const withGoogle = async (who: string): Promise<void> => {
    await press('Google')
    await page.waitForURL(`${house.emulator.addresses.google}/**`)
    await press(who)
  }
  const { login, service } = house.emulator.addresses
  return {
    withPassword,
    withGoogle,
    atHome: () => page.goto(ownPage(house).href),
    /** To Microsoft 365; the name they have there. */
    openService: () =>
      page.goto(`${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(`${service}/x`)}`),
    arrived: async (): Promise<string> => {
      if (!hasScript) {
        await page.locator('form[action*="login.srf"]').waitFor()
        await press('Continue')
      }
      await page.waitForURL(`${service}/x`)
      return page.locator('#upn').innerText()
    },
    signOut: async (): Promise<void> => {
      await page.goto(new URL('/logout', house.publicUrl).href)
      await assertOurs('signed out')
    },
  }
}

const ways = (page: Page): Promise<readonly string[]> => page.locator('.ways .strong').allInnerTexts()

for (const [look, options] of Object.entries(looks))
  browserStory(`a second way to sign in is added, used and removed: ${look}`, options, async (told) => {
    const { house, clock, page, press, assertOurs } = told
    const dana = person(told, options.javaScriptEnabled !== false)
    await dana.openService()
    await dana.withPassword()
    const name = await dana.arrived()
    await dana.atHome()
    await assertOurs('Your ways to sign in')
    assert.deepEqual(await ways(page), [DANA.username])
    await press('Add another way to sign in')
    await assertOurs('Sign in')
    await dana.withGoogle(BEN)
    await assertOurs('Add this way to sign in?')
    assert.match(await page.locator('main').innerText(), /ben@okafor\.example[\s\S]*signs in as dana@fabrikam\.example/)
    await press('Add it')
    await assertOurs('Your ways to sign in')
    assert.deepEqual(await ways(page), [DANA.username, 'ben@okafor.example'])
    await dana.signOut()
    clock.advance(10 * ONE_MINUTE_MS)
    await dana.openService()
    // Google remembers who they are there.
    await press('Google')
    assert.equal(await dana.arrived(), name, 'the same account')
    assert.equal(madeByUsher(house).length, 1)
    await dana.atHome()
    await page.getByRole('button', { name: 'Remove Google ben@okafor.example' }).click()
    // That was the way they had come by.
    await assertOurs('Sign in')
    await dana.openService()
    await assertOurs('Sign in')
    await press('Google')
    assert.notEqual(await dana.arrived(), name)
    await dana.signOut()
    await dana.openService()
    await dana.withPassword()
    assert.equal(await dana.arrived(), name)
    await dana.atHome()
    assert.deepEqual(await ways(page), [DANA.username])
  })

browserStory('who has an account of their own is added to nobody', { viewport: { width: 320, height: 568 }, settings }, async (told) => {
  const { house, press, page, assertOurs } = told
  const ana = guest(house)
  await ana.untilArrived(await ana.withGoogle(await ana.openService(), ANA))
  const dana = person(told, true)
  await dana.atHome()
  await dana.withPassword()
  await press('Add another way to sign in')
  await dana.withGoogle(ANA)
  await assertOurs('Add this way to sign in?')
  await press('Add it')
  await assertOurs('This way to sign in is in use already')
  await press('Back to your page')
  await assertOurs('Your ways to sign in')
  assert.deepEqual(await ways(page), [DANA.username])
  assert.equal(madeByUsher(house).length, 1)
})

browserStory('another browser cannot say yes to what this one asked', { viewport: { width: 480, height: 600 }, settings }, async (told) => {
  const { house, press, page, assertOurs } = told
  const dana = person(told, true)
  await dana.atHome()
  await dana.withPassword()
  await press('Add another way to sign in')
  await dana.withGoogle(BEN)
  await assertOurs('Add this way to sign in?')
  const question = page.url()
  const context = await page.context().browser()?.newContext()
  const other = await context?.newPage()
  assert.ok(context && other)
  await other.goto(question)
  assert.match(await other.locator('h1').innerText(), /blocking sign-in cookies|could not check/)
  assert.equal(await other.locator('form').count(), 0)
  await other.goto(ownPage(house).href)
  assert.match(await other.locator('h1').innerText(), /^Sign in$/)
  await context.close()
  await press('Add it')
  await assertOurs('Your ways to sign in')
  assert.deepEqual(await ways(page), [DANA.username, 'ben@okafor.example'])
})
