import { hash } from 'node:crypto'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'

/** What of a connection decides whether and for whom it works. How it is called and found on a page does not. */
type Tested = Pick<ConnectionSettings, 'type' | 'settings' | 'directory' | 'secondFactor' | 'legacyCallback'>

/**
 * SHA-256 (base64url) of the settings a test is about. Secrets are left out, so that rotating one switches nothing off; the
 * same settings in another order are the same.
 */
export const connectionFingerprint = ({ type, settings, directory, secondFactor, legacyCallback }: Tested): string =>
  hash('sha256', canonical({ type, settings, directory, secondFactor, legacyCallback }), 'base64url')

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.filter(isSaid).map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, one]) => isSaid(one))
  const sorted = entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${sorted.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`
}

const isSaid = (value: unknown): boolean => value !== undefined && !(value instanceof Secret)
