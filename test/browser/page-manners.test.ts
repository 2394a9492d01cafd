import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axeFindings } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { galleryStates, pictured } from '../support/gallery-states.ts'
import { type GalleryVisits, type Look, openGalleryVisits, unfolded } from '../support/gallery-visits.ts'

const WINDOW = { width: 480, height: 600 } as const

let visits: GalleryVisits

before(async () => {
  if (!withoutBrowser) visits = await openGalleryVisits()
})

after(() => visits?.close())

test('without script the password has no button that shows it, and steps are told as they come', { skip: withoutBrowser }, async () => {
  const told = async (options: Look) => {
    const seen: (string | number)[] = []
    await visits.visitEach(['password', 'progress'], options, async (page, name) => {
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
  await visits.visitEach(names, { viewport: WINDOW }, async (page, name) => {
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
    await visits.visitEach(withAddresses, { viewport: { width: 320, height: 568 }, colorScheme }, async (page, name) => {
      assert.deepEqual(await (await unfolded(page)).evaluate(BROKEN_WORDS), [], name)
    })
  })

test('in the window of an Office application what to do is in sight, without scrolling', { skip: withoutBrowser }, async () => {
  let seen = 0
  await visits.visitEach(pictured, { viewport: WINDOW }, async (page, name) => {
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
  await visits.visitEach(['chooser-many', 'password-wrong', 'confirm', 'problem-again'], {}, async (page, name) => {
    for (let stop = 0; stop < 4; stop += 1) {
      await page.keyboard.press('Tab')
      const ring = await page.evaluate('parseFloat(getComputedStyle(document.activeElement).outlineWidth)')
      assert.ok(Number(ring) >= 3, `${name}, stop ${stop}`)
    }
  })
})

test('nothing moves for those who asked for stillness', { skip: withoutBrowser }, async () => {
  await visits.visitEach(['progress'], { reducedMotion: 'reduce' }, async (page) => {
    assert.equal(await page.evaluate('document.getAnimations().length'), 0)
  })
  await visits.visitEach(['progress'], { reducedMotion: 'no-preference' }, async (page) => {
    assert.ok(Number(await page.evaluate('document.getAnimations().length')) > 0)
  })
})

test('a page that stands in somebody’s way would be found', { skip: withoutBrowser }, async () => {
  const { page, close } = await visits.newPage()
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
  const { page, complaints, close } = await visits.newPage()
  await page.goto(visits.addressOf('password'))
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
