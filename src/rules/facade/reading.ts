import type { Json, JsonObject } from '#kernel/json.ts'

/** An own field's value; nothing that a prototype lends. */
export const field = (from: JsonObject, name: string): Json | undefined => (Object.hasOwn(from, name) ? from[name] : undefined)

/** A value as a token can carry it; undefined for what it cannot. */
export const textIn = (value: Json | undefined): string | undefined => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
