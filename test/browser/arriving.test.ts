import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { browserStory, type BrowserStoryOptions, type ToldInBrowser } from '../support/browser-story.ts'
import { ANA, BEN, madeByUsher, seatsTaken } from '../support/guests.ts'
import { DANA, type House } from '../support/house.ts'

const PATH = '/sites/partners'
const WINDOW = { viewport: { width: 480, height: 600 } } as const

const linkInto = (house: House, path = PATH): string => {
  const { login, service } = house.emulator.addresses
  return `${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(service + path)}`
}

/** They are in Microsoft 365, and it knows them by this name. */
const assertArrived = async ({ page, house }: ToldInBrowser, name: string, path = PATH): Promise<void> => {
  await page.waitForURL(house.emulator.addresses.service + path)
  assert.equal(await page.locator('#upn').innerText(), `${name}@${DEMO_TENANT.guestDomain}`)
}

const scripts: Readonly<Record<string, BrowserStoryOptions>> = {
  'with scripts': WINDOW,
  'with scripts, in the dark': { ...WINDOW, colorScheme: 'dark' },
  'without scripts': { ...WINDOW, javaScriptEnabled: false },
}

for (const [how, options] of Object.entries(scripts)) {
  const hasScript = options.javaScriptEnabled !== false
  /** Without script the person presses on what a script would have sent. */
  const pressOn = async ({ page, press }: ToldInBrowser) => {
    if (hasScript) return
    await page.locator('form[action*="login.srf"]').waitFor()
    await press('Continue')
  }

  browserStory(`a guest with Google arrives in Microsoft 365 ${how}, and the second time nobody asks`, options, async (told) => {
    const { house, clock, page, press, pressed, asked, assertOurs } = told
    await page.goto(linkInto(house))
    await assertOurs('Sign in')
    await press('Continue with Google')
    await page.waitForURL(`${house.emulator.addresses.google}/**`)
    await press(ANA)
    const chosen = pressed()
    const waitedFor = hasScript ? /^\/sign-in\/[\w-]+\/events$/ : /^\/sign-in\/[\w-]+\/next$/
    await pressOn(told)
    await assertArrived(told, 'ana.ruiz')
    assert.ok(pressed() - chosen <= 2)
    assert.ok(
      asked().some((path) => waitedFor.test(path)),
      'there was progress to see',
    )
    assert.equal(madeByUsher(house).length, 1)
    assert.equal(seatsTaken(house), 1)

    clock.advance(ONE_HOUR_MS)
    const before = pressed()
    await page.goto(linkInto(house, '/sites/partners/second'))
    await pressOn(told)
    await assertArrived(told, 'ana.ruiz', '/sites/partners/second')
    assert.equal(pressed() - before, hasScript ? 0 : 1)
  })

  browserStory(`a guest with a password arrives in Microsoft 365 ${how}, after a wrong try`, options, async (told) => {
    const { page, press, pressed, house, assertOurs } = told
    await page.goto(linkInto(house))
    await press('guest password')
    await assertOurs('Sign in')
    await page.getByLabel('Email or username').fill(DANA.username)
    await page.getByLabel('Password', { exact: true }).fill('not it')
    await press(/^Sign in$/)
    await assertOurs('Sign in')
    assert.match(await page.locator('[role=alert]').innerText(), /Email or password is not right/)
    assert.equal(await page.getByLabel('Email or username').inputValue(), DANA.username)
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '')
    const before = pressed()
    await page.getByLabel('Password', { exact: true }).fill(DANA.password)
    await press(/^Sign in$/)
    await pressOn(told)
    await assertArrived(told, 'dana.whitfield')
    assert.equal(pressed() - before, hasScript ? 1 : 2, 'at most two buttons')
  })

  browserStory(`no seat is free ${how}: the guest is told, and arrives when one is`, options, async (told) => {
    const { house, clock, page, press, assertOurs } = told
    await house.emulator.scenario('noSeats', true)
    await page.goto(linkInto(house))
    await press('Continue with Google')
    await press(ANA)
    await assertOurs('Your account needs a license')
    assert.match(await page.locator('.reference dd').innerText(), /^[A-Z2-9]{4}-[A-Z2-9]{4}$/)
    await house.emulator.scenario('noSeats', false)
    clock.advance(ONE_HOUR_MS)
    await page.goto(linkInto(house))
    await pressOn(told)
    await assertArrived(told, 'ana.ruiz')
  })

  browserStory(`signing out ${how} says what is signed out, and the next visit asks again`, options, async (told) => {
    const { house, clock, page, press, assertOurs } = told
    await page.goto(linkInto(house))
    await press('Continue with Google')
    await press(ANA)
    await pressOn(told)
    await assertArrived(told, 'ana.ruiz')
    clock.advance(ONE_HOUR_MS)
    await page.goto(new URL('/logout', house.publicUrl).href)
    await assertOurs('You are signed out')
    await press('Sign in again')
    await assertOurs('Sign in')
    assert.match(await page.locator('.choices').innerText(), /Continue with Google\s+last used/)
  })
}

for (const [how, options] of Object.entries({ 'with scripts': WINDOW, 'without scripts': { ...WINDOW, javaScriptEnabled: false } }))
  browserStory(`a link to one document is opened in the end ${how}, although the account was made on the way`, options, async (told) => {
    const { house, page, press, pressed } = told
    await page.goto(new URL('/go/plan', house.publicUrl).href)
    await press('Continue with Google')
    await press(ANA)
    const chosen = pressed()
    if (how === 'without scripts') {
      await page.locator('form[action*="login.srf"]').waitFor()
      await press('Continue')
    }
    await assertArrived(told, 'ana.ruiz', '/sites/welcome/plan')
    assert.ok(pressed() - chosen <= 2)
  })

browserStory('signing out at Microsoft ends the session here, and the next visit asks again', WINDOW, async (told) => {
  const { house, clock, page, press, assertOurs } = told
  await page.goto(linkInto(house))
  await press('Continue with Google')
  await press(ANA)
  await assertArrived(told, 'ana.ruiz')
  clock.advance(ONE_HOUR_MS)
  await press('Sign out')
  await page.waitForURL(/logout|wsfed|login\.localhost/)
  await page.goto(linkInto(house))
  await assertOurs('Sign in')
})

browserStory('a service that opens the sign-in in a window sees it come back, and nothing of ours meanwhile', WINDOW, async (told) => {
  const { house, page } = told
  const { service } = house.emulator.addresses
  await page.goto(`${house.emulator.addresses.login}/logout`)
  const opened = page.waitForEvent('popup')
  await page.evaluate(`globalThis.opened = open(${JSON.stringify(linkInto(house))}, 'sign-in', 'popup,width=480,height=600'); 0`)
  const popup = await opened
  await popup.waitForURL(`${house.publicUrl.origin}/**`)
  assert.deepEqual(await page.evaluate('[opened.closed, opened.length]'), [false, 0])
  await assert.rejects(page.evaluate('opened.document.title'), /cross-origin|SecurityError|Blocked/)
  await popup.locator('a').filter({ hasText: 'Continue with Google' }).click()
  await popup.locator('a').filter({ hasText: ANA }).click()
  await popup.waitForURL(service + PATH)
  assert.equal(await page.evaluate('opened.closed'), false)
})

browserStory('a guest without a mouse arrives', WINDOW, async (told) => {
  const { house, page, assertOurs } = told
  const { keyboard } = page
  const focused = () =>
    page.evaluate(
      'document.activeElement === document.body ? "" : document.activeElement.textContent.trim() || document.activeElement.name',
    )
  await page.goto(linkInto(house))
  await assertOurs('Sign in')
  for (let stops = 0; !/guest password/.test(String(await focused())); stops += 1) {
    assert.ok(stops < 5, 'the choices come first')
    await keyboard.press('Tab')
  }
  await keyboard.press('Enter')
  await page.getByLabel('Email or username').waitFor()
  assert.equal(await focused(), 'username', 'where to type is where one is')
  await keyboard.type(DANA.username)
  await keyboard.press('Tab')
  assert.equal(await focused(), 'password')
  await keyboard.type(DANA.password)
  await keyboard.press('Tab')
  assert.equal(await focused(), 'Show')
  await keyboard.press('Space')
  assert.equal(await page.locator('#password').getAttribute('type'), 'text')
  await keyboard.press('Tab')
  assert.equal(await focused(), 'Sign in')
  await keyboard.press('Enter')
  await assertArrived(told, 'dana.whitfield')
})

browserStory('whoever keeps no cookies is told so', WINDOW, async ({ page, house, press, assertOurs }) => {
  await page.goto(linkInto(house))
  await page.context().clearCookies()
  await press('guest password')
  await assertOurs('Your browser is blocking sign-in cookies')
})

browserStory('somebody else at the same browser is asked who they mean to be', WINDOW, async (told) => {
  const { house, clock, page, press, assertOurs } = told
  await page.goto(linkInto(house))
  await press('Continue with Google')
  await press(ANA)
  await assertArrived(told, 'ana.ruiz')
  clock.advance(ONE_HOUR_MS)
  await page.goto(
    `${house.publicUrl.origin}/wsfed/${house.clientId}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x&wfresh=0`,
  )
  await press('Continue with Google')
  await press(BEN)
  await assertOurs('Continue with this account?')
  assert.equal(madeByUsher(house).length, 1, 'nothing is made before Ben said that he means it')
  await press('Use another account')
  await assertOurs('Sign in')
})

browserStory('a link that leads nowhere ends on a page with a reference', WINDOW, async ({ page, house, assertOurs }) => {
  const answer = await page.goto(new URL('/go/nowhere', house.publicUrl).href)
  assert.equal(answer?.status(), 404)
  await assertOurs('This link does not lead anywhere')
  assert.match(await page.locator('.reference dd').innerText(), /^[A-Z2-9]{4}-[A-Z2-9]{4}$/)
})

browserStory(
  'whoever says no at Google is back at the choice, with a word about it',
  WINDOW,
  async ({ page, house, press, assertOurs }) => {
    await page.goto(linkInto(house))
    await press('Continue with Google')
    await press('Cancel')
    await assertOurs('Sign in')
    assert.match(await page.locator('.notice').innerText(), /You did not finish signing in/)
  },
)
