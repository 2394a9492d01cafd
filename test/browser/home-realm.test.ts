import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { browserStory, type BrowserStoryOptions } from '../support/browser-story.ts'
import { DANA } from '../support/house.ts'

const realms: Readonly<Record<string, readonly string[]>> = { google: ['okafor.example'], guests: ['fabrikam.example'] }

const settings: NonNullable<BrowserStoryOptions['settings']> = (demo: { readonly connections: readonly { readonly name: string }[] }) => ({
  ...demo,
  connections: demo.connections.map((one) => ({ ...one, homeRealms: realms[one.name] ?? [] })),
})

const WINDOW = { viewport: { width: 480, height: 600 } } as const

const scripts: Readonly<Record<string, BrowserStoryOptions>> = {
  'with scripts': { ...WINDOW, settings },
  'without scripts, in the dark, on a narrow phone': {
    viewport: { width: 320, height: 568 },
    colorScheme: 'dark',
    javaScriptEnabled: false,
    settings,
  },
}

for (const [how, options] of Object.entries(scripts))
  browserStory(`an address leads to where its people sign in, ${how}`, options, async ({ page, house, press, assertOurs }) => {
    const { login, service } = house.emulator.addresses
    await page.goto(`${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(`${service}/x`)}`)
    await assertOurs('Sign in')
    const email = page.getByLabel('Your work or school email')
    await page.locator('#email:focus').waitFor()
    await page.keyboard.type('dana@nowhere.example')
    await page.keyboard.press('Enter')
    await page.locator('[role=alert]').waitFor()
    await assertOurs('Sign in')
    assert.match(await page.title(), /^Problem: /)
    assert.match(await page.locator('[role=alert]').innerText(), /We cannot tell from nowhere\.example where you sign in/)
    assert.equal(await email.getAttribute('aria-describedby'), 'problem')
    await email.fill(DANA.username)
    await press(/^Next$/)
    await page.getByLabel('Password', { exact: true }).waitFor()
    await assertOurs('Sign in')
    assert.equal(await page.getByLabel('Email or username').inputValue(), DANA.username)
    await press('Sign in another way')
    await email.fill('ben@okafor.example')
    await press(/^Next$/)
    await page.waitForURL(`${house.emulator.addresses.google}/**`)
    assert.equal(new URL(page.url()).searchParams.get('login_hint'), 'ben@okafor.example')
  })
