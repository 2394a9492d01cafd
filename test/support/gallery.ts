import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { openGallery } from './gallery-server.ts'
import { pictured } from './gallery-states.ts'

/** Ways to look at a page. */
const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: { width: 1_280, height: 800 } },
  dark: { viewport: { width: 1_280, height: 800 }, colorScheme: 'dark' },
  window: { viewport: { width: 480, height: 600 } },
  narrow: { viewport: { width: 320, height: 568 }, colorScheme: 'dark' },
  plain: { viewport: { width: 480, height: 600 }, javaScriptEnabled: false },
}

const SETTLED_MS = 300

/** Takes a picture of every page in every look: `node test/support/gallery.ts FOLDER [name …]`. */
const takePictures = async (folder: string, names: readonly string[]): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  const gallery = await openGallery()
  const browser = await launchBrowser()
  for (const [look, options] of Object.entries(looks)) {
    const { page } = await browser.newPage(options)
    for (const name of names) {
      await page.goto(gallery.addressOf(name), { waitUntil: 'commit' })
      await page.waitForTimeout(SETTLED_MS)
      await page.screenshot({ path: join(folder, `${name}.${look}.png`) })
    }
  }
  await browser.close()
  await gallery.close()
}

const [folder = '.usher/gallery', ...names] = process.argv.slice(2)
await takePictures(folder, names.length > 0 ? names : pictured)
