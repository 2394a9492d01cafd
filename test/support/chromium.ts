import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Chromium as the machine has it; npm has none. */
export const chromiumPath: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path))

const wish = process.env['USHER_TEST_BROWSER']

/**
 * Why browser stories are left out, or false: `test('…', { skip: withoutBrowser }, …)`.
 * USHER_TEST_BROWSER=required makes a missing Chromium a failure; `none` leaves the stories out where there is one.
 */
export const withoutBrowser: string | false =
  wish === 'none'
    ? 'browser stories (USHER_TEST_BROWSER=none)'
    : !chromiumPath && wish !== 'required' && 'browser stories (no Chromium on this machine)'
