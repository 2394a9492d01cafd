import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const found = (names: readonly string[]): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path))

/** Chromium as the machine has it; npm has none. */
export const chromiumPath = found(['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'])

/** The same engine, if there is one, without the windows nobody sees, nor policies: it starts and turns pages in half the time. */
export const quickChromiumPath = found(['chromium-headless-shell']) ?? chromiumPath

const wish = process.env['USHER_TEST_BROWSER']

/**
 * Why browser stories are left out, or false: `test('…', { skip: withoutBrowser }, …)`.
 * USHER_TEST_BROWSER=required makes a missing Chromium a failure; `none` leaves the stories out where there is one.
 */
export const withoutBrowser: string | false =
  wish === 'none'
    ? 'browser stories (USHER_TEST_BROWSER=none)'
    : !quickChromiumPath && wish !== 'required' && 'browser stories (no Chromium on this machine)'
