import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { Profile } from '#kernel/person.ts'
import { calledName } from '#kernel/person.ts'

/** Longer values tell rules nothing and fill the record. */
const LONGEST_TEXT = 2_000
const DEEPEST = 4

/** What a connection said about a person by Auth0's names (normalized profile), to be remembered for rules. */
export const profileRoot = (profile: Profile): JsonObject => {
  const { names, email, emailVerified, attributes } = profile
  const said = jsonIn(attributes, DEEPEST)
  // Whether an address is the person's is not for a provider's other words to say.
  const { email: _email, email_verified: _verified, ...extras } = isJsonObject(said) ? said : {}
  return {
    ...extras,
    ...(email !== undefined && { email, email_verified: emailVerified }),
    name: calledName({ names, ...(email && { email }) }),
    ...(names.given !== undefined && { given_name: names.given }),
    ...(names.family !== undefined && { family_name: names.family }),
    nickname: nicknameOf(profile, extras),
  }
}

const nicknameOf = ({ names, email }: Profile, extras: JsonObject): string => {
  const own = extras['nickname']
  if (typeof own === 'string' && own !== '') return own
  return email?.split('@')[0] ?? names.given ?? calledName({ names })
}

/** What of a value JSON can hold, bounded; undefined for the rest. */
const jsonIn = (value: unknown, depth: number): Json | undefined => {
  if (typeof value === 'string') return value.slice(0, LONGEST_TEXT)
  if (typeof value === 'boolean' || value === null || (typeof value === 'number' && Number.isFinite(value))) return value
  if (typeof value !== 'object' || depth === 0) return undefined
  if (Array.isArray(value)) return value.flatMap((one) => jsonIn(one, depth - 1) ?? [])
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const json = jsonIn(one, depth - 1)
    return json === undefined || key === '__proto__' ? [] : [[key, json] as const]
  })
  return Object.fromEntries(entries)
}
