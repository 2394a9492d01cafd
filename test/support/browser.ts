import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type ConsoleMessage, type Page } from 'playwright-core'
import { quickChromiumPath } from './chromium.ts'

const USUAL_PATH = '/usr/bin/chromium'
export const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser page, and everything it complained about. */
export interface GuardedPage {
  readonly page: Page
  /** Console messages about security, broken policies and uncaught errors, in order. */
  readonly complaints: readonly string[]
  /** Fails when there was any complaint, then closes the page and its cookies. */
  readonly close: () => Promise<void>
}

export interface TestBrowser {
  /** A page in a browser profile of its own. */
  readonly newPage: (options?: BrowserContextOptions) => Promise<GuardedPage>
  readonly close: () => Promise<void>
}

/** Starts Chromium, for which every name that is not this machine's leads to a port here, if one is given. Throws where it is not installed. */
export const launchBrowser = async (elsewherePort?: number): Promise<TestBrowser> => {
  const args = elsewherePort === undefined ? ARGUMENTS : [...ARGUMENTS, namesLeadTo(elsewherePort)]
  const browser = await chromium.launch({ executablePath: quickChromiumPath ?? USUAL_PATH, args })
  return { newPage: (options) => guardedPage(browser, options), close: () => browser.close() }
}

const namesLeadTo = (port: number): string =>
  `--host-resolver-rules=MAP * 127.0.0.1:${port}, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1`

const guardedPage = async (browser: Browser, options: BrowserContextOptions = {}): Promise<GuardedPage> => {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, ...options })
  const complaints: string[] = []
  context.on('console', (message) => isComplaint(message) && complaints.push(`${message.page()?.url()}: ${message.text()}`))
  context.on('weberror', (error) => complaints.push(`${error.page()?.url()}: ${error.error().message}`))
  if (options.javaScriptEnabled !== false) await reportViolations(context, complaints)
  const page = await context.newPage()
  return {
    page,
    complaints,
    close: async () => {
      await context.close()
      assert.deepEqual(complaints, [])
    },
  }
}

/** What Chromium says about policies, cookies, mixed content and the like; what was not answered is no complaint. */
const isComplaint = (message: ConsoleMessage): boolean =>
  message.type() !== 'log' && message.type() !== 'info' && !/^Failed to load resource: /.test(message.text())

const reportViolations = async (context: BrowserContext, complaints: string[]): Promise<void> => {
  await context.exposeFunction('usherTestViolation', (text: string) => void complaints.push(text))
  await context.addInitScript({ content: REPORT_VIOLATIONS })
}

const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  usherTestViolation(event.documentURI + ': ' + event.violatedDirective + ' refused ' + event.blockedURI))`

/** How many pixels of a page are beyond the right edge of its window. */
export const excessOf = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] as const

/** What axe finds on a page as it is right now: each rule with the elements that break it. */
export const axeFindings = async (page: Page): Promise<readonly string[]> => {
  const client = await page.context().newCDPSession(page)
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await client.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    assert.equal(exceptionDetails?.exception?.description, undefined)
    return result.value
  }
  await evaluate(`${AXE};0`)
  const run = `axe.run(document, ${JSON.stringify({ runOnly: TAGS })})
    .then(({ violations, passes }) => ({ checked: passes.length, found: violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)) }))`
  const outcome = await evaluate(run)
  await client.detach()
  return findingsOf(outcome)
}

const findingsOf = (outcome: unknown): readonly string[] => {
  assert.ok(typeof outcome === 'object' && outcome !== null && 'found' in outcome && 'checked' in outcome)
  assert.ok(Number(outcome.checked) > 5, 'axe looked at something')
  assert.ok(Array.isArray(outcome.found))
  return outcome.found.map(String)
}
