import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { axeFindings, excessOf, launchBrowser, type TestBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { openGallery } from '../support/gallery-server.ts'
import { galleryStates, pictured } from '../support/gallery-states.ts'

const WINDOW = { width: 480, height: 600 } as const

/** Where scripts cannot be switched off, because axe is one: ours do not arrive. */
interface Look extends BrowserContextOptions {
  readonly arrivesWithoutScripts?: true
}

const looks: Readonly<Record<string, Look>> = {
  'light, on a desk': { viewport: { width: 1_280, height: 800 } },
  'dark, in the window of an Office application': { viewport: WINDOW, colorScheme: 'dark' },
  'light, without script': { viewport: WINDOW, arrivesWithoutScripts: true },
  'dark, on a narrow phone': { viewport: { width: 320, height: 568 }, colorScheme: 'dark' },
}

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

const refuseScripts = async (page: Page): Promise<void> => {
  const client = await page.context().newCDPSession(page)
  await client.send('Network.enable')
  await client.send('Network.setBlockedURLs', { urls: ['*.js'] })
}

const LOOKS = 1_000

/** Until it has its words and its looks. Pages that grow or leave by themselves never say that they are loaded. */
const untilItStands = async (page: Page, name: string): Promise<void> => {
  const words = name.startsWith('progress') ? '#steps li' : 'h1'
  for (let look = 0; look < LOOKS; look += 1)
    if (await page.evaluate(`document.styleSheets.length > 0 && document.querySelector('${words}') !== null`)) return
  throw new Error(`${name} has not come up`)
}

/** With everything there is to read. */
const unfolded = async (page: Page): Promise<Page> => {
  await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
  return page
}

/** Opens each page in turn and looks at it; nothing may complain meanwhile. */
const visitEach = async (
  names: readonly string[],
  { arrivesWithoutScripts, ...options }: Look,
  look: (page: Page, name: string) => Promise<void>,
) => {
  const guarded = await browser.newPage(options)
  const { page } = guarded
  if (arrivesWithoutScripts) await refuseScripts(page)
  for (const name of names) {
    await page.goto(gallery.addressOf(name), { waitUntil: 'commit' })
    await untilItStands(page, name)
    await look(page, name)
  }
  await guarded.close()
}

for (const [look, options] of Object.entries(looks)) {
  test(`nothing stands in anybody's way, and no page is wider than its window: ${look}`, { skip: withoutBrowser }, async (t) => {
    await visitEach(pictured, options, async (page, name) => {
      assert.equal(await excessOf(page), 0, name)
      assert.deepEqual(await axeFindings(await unfolded(page)), [], name)
      assert.equal(await excessOf(page), 0, name)
    })
    t.diagnostic(`count ${pictured.length} pages looked at by axe, 0 findings`)
  })
}

test('without script the password has no button that shows it, and steps are told as they come', { skip: withoutBrowser }, async () => {
  const told = async (options: Look) => {
    const seen: (string | number)[] = []
    await visitEach(['password', 'progress'], options, async (page, name) => {
      seen.push(name === 'password' ? await page.locator('.show').count() : await page.locator('#steps').innerText())
    })
    return seen
  }
  const [button, steps] = await told({ arrivesWithoutScripts: true })
  assert.equal(button, 0)
  assert.match(String(steps), /Checking your account – done/)
  const [withButton, withSteps] = await told({})
  assert.equal(withButton, 1)
  assert.match(String(withSteps), /Waiting for Microsoft to be ready/)
})

test('every failure there is has a page that stands in nobody’s way', { skip: withoutBrowser }, async (t) => {
  const names = Object.keys(galleryStates).filter((name) => name.startsWith('problem-'))
  await visitEach(names, { viewport: WINDOW }, async (page, name) => {
    assert.deepEqual(await axeFindings(await unfolded(page)), [], name)
    assert.match(await page.title(), /^Problem: .+ – Fabrikam$/, name)
    assert.match(await page.locator('.reference dd').innerText(), /^[A-Z2-9]{4}-[A-Z2-9]{4}$/, name)
  })
  t.diagnostic(`count ${names.length} pages looked at by axe, 0 findings`)
})

/** Words that begin on one line and end on another. */
const BROKEN_WORDS = `(() => {
  const broken = []
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    for (const { index, 0: word } of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange()
      range.setStart(node, index)
      range.setEnd(node, index + word.length)
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word)
    }
  }
  return broken
})()`

const withAddresses = pictured.filter((name) => /^(you|confirm|claim|connection-test|signed-out|chooser-email-unknown)/.test(name))

for (const colorScheme of ['light', 'dark'] as const)
  test(`on the narrowest phone no address breaks in the middle of a word: ${colorScheme}`, { skip: withoutBrowser }, async () => {
    await visitEach(withAddresses, { viewport: { width: 320, height: 568 }, colorScheme }, async (page, name) => {
      assert.deepEqual(await (await unfolded(page)).evaluate(BROKEN_WORDS), [], name)
    })
  })

test('in the window of an Office application what to do is in sight, without scrolling', { skip: withoutBrowser }, async () => {
  let seen = 0
  await visitEach(pictured, { viewport: WINDOW }, async (page, name) => {
    const action = page.locator('.primary, .choice').first()
    if ((await action.count()) === 0) return
    const box = await action.boundingBox()
    assert.ok(box && box.y >= 0 && box.y + box.height <= WINDOW.height, `${name}: ${JSON.stringify(box)}`)
    assert.ok(box.height >= 44, `${name} is a big enough target`)
    seen += 1
  })
  assert.ok(seen >= 15, `${seen} pages have something to do`)
})

test('focus is seen wherever it goes', { skip: withoutBrowser }, async () => {
  await visitEach(['chooser-many', 'password-wrong', 'confirm', 'problem-again'], {}, async (page, name) => {
    for (let stop = 0; stop < 4; stop += 1) {
      await page.keyboard.press('Tab')
      const ring = await page.evaluate('parseFloat(getComputedStyle(document.activeElement).outlineWidth)')
      assert.ok(Number(ring) >= 3, `${name}, stop ${stop}`)
    }
  })
})

test('nothing moves for those who asked for stillness', { skip: withoutBrowser }, async () => {
  await visitEach(['progress'], { reducedMotion: 'reduce' }, async (page) => {
    assert.equal(await page.evaluate('document.getAnimations().length'), 0)
  })
  await visitEach(['progress'], { reducedMotion: 'no-preference' }, async (page) => {
    assert.ok(Number(await page.evaluate('document.getAnimations().length')) > 0)
  })
})

test('a page that stands in somebody’s way would be found', { skip: withoutBrowser }, async () => {
  const { page, close } = await browser.newPage()
  await page.setContent(
    '<html lang="en"><title>x</title><main><h1>x</h1><p style="color:#999;background:#fff">faint</p><input></main></html>',
  )
  const findings = await axeFindings(page)
  assert.ok(
    findings.some((one) => one.startsWith('color-contrast')) && findings.some((one) => one.startsWith('label')),
    findings.join('\n'),
  )
  await close()
})

test('what does not belong on a page is refused there, and the breach of the policy is not missed', { skip: withoutBrowser }, async () => {
  const { page, complaints, close } = await browser.newPage()
  await page.goto(gallery.addressOf('password'))
  await assert.rejects(page.evaluate(`document.body.setAttribute('onclick', '1')`), /TrustedScript/)
  await assert.rejects(page.evaluate(`document.body.innerHTML = '<b>x</b>'`), /TrustedHTML/)
  const said = page.waitForEvent('console', (message) => message.text().includes('img-src'))
  await page.evaluate(`{
    const image = document.createElement('img')
    image.src = 'https://evil.example/x.png'
    document.body.append(image)
  }`)
  await said
  assert.ok(complaints.some((one) => /Content Security Policy/.test(one)))
  await assert.rejects(close)
})
