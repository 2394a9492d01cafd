import type { BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { openGallery } from './gallery-server.ts'

/** Where scripts cannot be switched off, because axe is one: ours do not arrive. */
export interface Look extends BrowserContextOptions {
  readonly arrivesWithoutScripts?: true
}

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
export const unfolded = async (page: Page): Promise<Page> => {
  await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
  return page
}

/** A browser, and the gallery it looks at. */
export const openGalleryVisits = async () => {
  const [browser, gallery] = [await launchBrowser(), await openGallery()]
  return {
    newPage: browser.newPage,
    addressOf: gallery.addressOf,
    /** Opens each page in turn and looks at it; nothing may complain meanwhile. */
    visitEach: async (
      names: readonly string[],
      { arrivesWithoutScripts, ...options }: Look,
      look: (page: Page, name: string) => Promise<void>,
    ): Promise<void> => {
      const guarded = await browser.newPage(options)
      const { page } = guarded
      if (arrivesWithoutScripts) await refuseScripts(page)
      for (const name of names) {
        await page.goto(gallery.addressOf(name), { waitUntil: 'commit' })
        await untilItStands(page, name)
        await look(page, name)
      }
      await guarded.close()
    },
    close: async () => {
      await browser.close()
      await gallery.close()
    },
  }
}

export type GalleryVisits = Awaited<ReturnType<typeof openGalleryVisits>>
