import { UsherError } from '#kernel/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { Profile } from '#kernel/person.ts'
import { calledName, type Names } from '#kernel/person.ts'

/** Longer values tell rules nothing and fill the record. */
const LONGEST_TEXT = 2_000
const DEEPEST = 4
/** As JSON. Rules are given all of it, beside metadata, and say all of it again: half of what they may say. */
const MOST_BYTES = 128 * 1024

/**
 * What a connection said about a person by Auth0's names (normalized profile), to be remembered for rules; and what to call
 * them where it is not known better. Throws `connection_answer_invalid` for more than anybody can be: cut short, it might lack
 * the very word by which a rule keeps somebody out.
 */
export const profileRoot = (profile: Profile): { readonly root: JsonObject; readonly standIn: JsonObject } => {
  const { names, email, emailVerified, attributes } = profile
  const said = jsonIn(attributes, DEEPEST)
  // What somebody is called, and whether an address is theirs, is not for a provider's other words to say.
  const { email: _e, email_verified: _v, name: _n, given_name: _g, family_name: _f, nickname, ...extras } = isJsonObject(said) ? said : {}
  const called = calledName({ names, ...(email && { email }) })
  const root = {
    ...extras,
    ...(typeof nickname === 'string' && nickname !== '' && { nickname }),
    ...(email !== undefined && { email, email_verified: emailVerified }),
    ...(hasName(names) && { name: called }),
    ...(names.given !== undefined && { given_name: names.given }),
    ...(names.family !== undefined && { family_name: names.family }),
  }
  if (Buffer.byteLength(JSON.stringify(root)) > MOST_BYTES)
    throw new UsherError('connection_answer_invalid', { detail: { reason: 'the profile is too large' } })
  return {
    root,
    standIn: { name: called, nickname: nicknameOf(profile) },
  }
}

const hasName = ({ given, family, display }: Names): boolean => [given, family, display].some((name) => name !== undefined)

const nicknameOf = ({ names, email }: Profile): string => email?.split('@')[0] ?? names.given ?? calledName({ names })

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
