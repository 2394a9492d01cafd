import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axeFindings, excessOf } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { pictured } from '../support/gallery-states.ts'
import { type GalleryVisits, type Look, openGalleryVisits, unfolded } from '../support/gallery-visits.ts'

const WINDOW = { width: 480, height: 600 } as const

const looks: Readonly<Record<string, Look>> = {
  'light, on a desk': { viewport: { width: 1_280, height: 800 } },
  'dark, in the window of an Office application': { viewport: WINDOW, colorScheme: 'dark' },
  'light, without script': { viewport: WINDOW, arrivesWithoutScripts: true },
  'dark, on a narrow phone': { viewport: { width: 320, height: 568 }, colorScheme: 'dark' },
}

let visits: GalleryVisits

before(async () => {
  if (!withoutBrowser) visits = await openGalleryVisits()
})

after(() => visits?.close())

for (const [look, options] of Object.entries(looks)) {
  test(`nothing stands in anybody's way, and no page is wider than its window: ${look}`, { skip: withoutBrowser }, async (t) => {
    await visits.visitEach(pictured, options, async (page, name) => {
      assert.equal(await excessOf(page), 0, name)
      assert.deepEqual(await axeFindings(await unfolded(page)), [], name)
      assert.equal(await excessOf(page), 0, name)
    })
    t.diagnostic(`count ${pictured.length} pages looked at by axe, 0 findings`)
  })
}
