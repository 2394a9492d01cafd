import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContextOptions, Page, Response } from 'playwright-core'
import { axeFindings, excessOf, launchBrowser } from './browser.ts'
import { withoutBrowser } from './chromium.ts'
import { databases } from './databases.ts'
import { type Answer, openElsewhere } from './elsewhere.ts'
import { lintHeaders } from './header-lint.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'
import { createStoryClock, type StoryClock } from './story-clock.ts'

export interface ToldInBrowser {
  readonly house: House
  readonly clock: StoryClock
  readonly page: Page
  /** Presses a button or link that says this. */
  readonly press: (words: string | RegExp) => Promise<void>
  /** How many were pressed so far. */
  readonly pressed: () => number
  /** Paths of ours the browser asked for so far, in order. */
  readonly asked: () => readonly string[]
  /** Looks at the page of ours that is shown now: heading, axe, fit. */
  readonly assertOurs: (heading: string | RegExp) => Promise<void>
}

export interface BrowserStoryOptions
  extends BrowserContextOptions,
    Pick<HouseOptions, 'settings' | 'visibilityDelaysMs' | 'fetch' | 'https'> {
  /** What stands at every address that is not on this machine. Nothing, where it is left out. */
  readonly elsewhere?: Answer
}

const SQLITE = databases.find(({ name }) => name === 'sqlite')

/** A story in Chromium: fails on anything the browser complains about, and on any header of ours that is not as it should be. */
export const browserStory = (name: string, options: BrowserStoryOptions, tell: (told: ToldInBrowser) => Promise<void>): void => {
  test(name, { skip: withoutBrowser }, async (t) => {
    assert.ok(SQLITE)
    const { settings, visibilityDelaysMs, fetch: call, https = false, elsewhere, ...context } = options
    const clock = createStoryClock()
    const database = await SQLITE.open()
    const house = await openHouse({
      database: database.address,
      clock,
      https,
      ...(settings && { settings }),
      ...(visibilityDelaysMs && { visibilityDelaysMs }),
      ...(call && { fetch: call }),
    })
    const sites = elsewhere && (await openElsewhere(elsewhere))
    const browser = await launchBrowser(sites?.port)
    try {
      const guarded = await browser.newPage({ ...context, ignoreHTTPSErrors: https })
      const linted = lintEverything(guarded.page, house.publicUrl.origin)
      await tell({
        house,
        clock,
        page: guarded.page,
        asked: linted.asked,
        ...hands(guarded.page, house, context.javaScriptEnabled !== false),
      })
      await linted.assertClean()
      t.diagnostic(`count ${linted.count()} answers linted, 0 findings`)
      await guarded.close()
    } finally {
      await browser.close()
      await sites?.close()
      await house.close()
      await database.close()
      clock.stop()
    }
  })
}

const hands = (page: Page, house: House, hasScript: boolean): Pick<ToldInBrowser, 'press' | 'pressed' | 'assertOurs'> => {
  let pressed = 0
  return {
    press: async (words) => {
      pressed += 1
      // Noted before the click, which may lead anywhere.
      await page.locator('a, button, summary').filter({ hasText: words }).first().click()
    },
    pressed: () => pressed,
    assertOurs: async (heading) => {
      await page.locator('h1').filter({ hasText: heading }).waitFor()
      assert.equal(new URL(page.url()).origin, house.publicUrl.origin)
      if (!hasScript) return
      assert.deepEqual(await axeFindings(page), [], page.url())
      assert.equal(await excessOf(page), 0, 'it fits')
    },
  }
}

/** Every answer of ours goes past the linter, whatever it is for. */
const lintEverything = (page: Page, origin: string) => {
  const findings: Promise<readonly string[]>[] = []
  const paths: string[] = []
  page.context().on('response', (response) => {
    const url = new URL(response.url())
    if (url.origin !== origin) return
    paths.push(url.pathname)
    findings.push(lint(response))
  })
  return {
    asked: () => paths,
    count: () => findings.length,
    assertClean: async () => {
      assert.ok(findings.length > 0, 'something of ours was answered')
      assert.deepEqual((await Promise.all(findings)).flat(), [])
    },
  }
}

const lint = async (response: Response): Promise<readonly string[]> => {
  const headers = new Headers()
  for (const { name, value } of await response.headersArray()) headers.append(name, value)
  return lintHeaders({ url: response.url(), status: response.status(), headers }).map(
    (finding) => `${new URL(response.url()).pathname}: ${finding}`,
  )
}
