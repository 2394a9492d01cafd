import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import type { Place, Secrets } from '#lib/secrets.ts'

/** Stands for a secret in stored settings; no setting may be called so. */
const SEALED = '$sealed'

const placeOf = (path: string): Place => ({ table: 'settings', row: path, column: 'body_json' })

/** Settings as JSON, every secret in them sealed for the very path it stands at. `path` is where `value` stands. */
export const sealedValue = (value: unknown, path: string, sealer: Secrets): unknown => {
  if (value instanceof Secret) return { [SEALED]: sealer.seal(value, placeOf(path)) }
  if (isSealed(value)) throw new UsherError('settings_invalid', { detail: { field: path, problem: `${path}: ${SEALED} is not a setting` } })
  return mapped(value, (one, key) => sealedValue(one, `${path}.${key}`, sealer))
}

/** The same values again, with their secrets. Throws `key_wrong` for one that was moved or changed. */
export const openedValue = (value: unknown, path: string, sealer: Secrets): unknown => {
  if (isSealed(value)) return sealer.open(String(value[SEALED]), placeOf(path))
  return mapped(value, (one, key) => openedValue(one, `${path}.${key}`, sealer))
}

const isSealed = (value: unknown): value is { readonly [SEALED]: unknown } => typeof value === 'object' && value !== null && SEALED in value

/** Plain data that is equal when two settings are, secrets included. To be kept only within something that is sealed as a whole. */
export const comparable = (value: unknown): unknown =>
  value instanceof Secret ? { [SEALED]: value.reveal() } : mapped(value, (one) => comparable(one))

/** For JSON.parse: what `comparable` made plain, with its secrets again. */
export const reviveSecret = (_: string, value: unknown): unknown => (isSealed(value) ? new Secret(String(value[SEALED])) : value)

/** A copy with every value below it replaced; without what is undefined, as JSON has it. */
const mapped = (value: unknown, replace: (one: unknown, key: string) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((one, index) => replace(one, String(index)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(entries.map(([key, one]) => [key, replace(one, key)]))
}
