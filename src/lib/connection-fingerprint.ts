import { hash } from 'node:crypto'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'

/** What of a connection decides whether and for whom it works. How it is called and found on a page does not. */
type Tested = Pick<ConnectionSettings, 'type' | 'settings' | 'directory' | 'secondFactor' | 'legacyCallback'>

/** What only shows a provider who we are. Everything else that is read like a secret may say whom we believe. */
const PASSWORDS: ReadonlySet<string> = new Set(['clientSecret', 'bindPassword'])

/**
 * SHA-256 (base64url) of the settings a test is about, with what is in the files they refer to: another certificate or key is
 * another connection. Our passwords are left out, so that exchanging one switches nothing off, and nobody can try guesses of
 * one against a fingerprint. The same settings in another order are the same.
 */
export const connectionFingerprint = (tested: Tested): string => digestOf(tested, (name) => PASSWORDS.has(name))

/** As it was before it covered what is read from files: for migrations. */
export const fingerprintWithoutFiles = (tested: Tested): string => digestOf(tested, () => true)

/** Whether a secret is left out that is called so. */
type LeavesOut = (name: string) => boolean

const digestOf = ({ type, settings, directory, secondFactor, legacyCallback }: Tested, leavesOut: LeavesOut): string =>
  hash('sha256', canonical({ type, settings, directory, secondFactor, legacyCallback }, leavesOut), 'base64url')

const canonical = (value: unknown, leavesOut: LeavesOut, name = ''): string => {
  const isSaid = (one: unknown, called: string): boolean => one !== undefined && !(one instanceof Secret && leavesOut(called))
  // The same text is the same, in the settings or in a file.
  if (value instanceof Secret) return JSON.stringify(value.reveal())
  if (Array.isArray(value))
    return `[${value
      .filter((one) => isSaid(one, name))
      .map((one) => canonical(one, leavesOut, name))
      .join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([called, one]) => isSaid(one, called))
  const sorted = entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${sorted.map(([called, one]) => `${JSON.stringify(called)}:${canonical(one, leavesOut, called)}`).join()}}`
}
