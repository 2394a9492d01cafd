import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { Claims } from '#kernel/token.ts'
import { textIn } from './reading.ts'

/** Auth0's limits on what may be added to a token. */
const MOST_CLAIMS = 100
const LONGEST_NAME = 1_024
const LONGEST_VALUE = 2_048
const LONGEST_TOGETHER = 10_240

const AUTH0_NAMESPACE = 'http://schemas.auth0.com/'
/** Never passed through by themselves: lists of accounts, and what only rules need. */
const NOT_PASSED: ReadonlySet<string> = new Set(['identities', 'app_metadata', 'user_metadata', 'multifactor', 'global_client_id'])

/**
 * The claims that `context.samlConfiguration` makes of the user: what `mappings` names, then what `attributes` says itself.
 * Without a word of it nothing is passed through: Microsoft reads none of it.
 */
export const claimsFrom = (user: JsonObject, configuration: JsonObject): Claims => {
  const mapped = mappedClaims(user, configuration['mappings'])
  const said = isJsonObject(configuration['attributes']) ? entriesOf(configuration['attributes']) : []
  const passed = configuration['passthroughClaimsWithNoMapping'] === true ? passedThrough(user, configuration) : []
  const identity = configuration['mapIdentities'] === true ? identityClaims(user) : []
  return bounded([...passed, ...identity, ...mapped, ...said])
}

type Claim = readonly [name: string, values: readonly string[]]

const mappedClaims = (user: JsonObject, mappings: Json | undefined): readonly Claim[] => {
  if (!isJsonObject(mappings)) return []
  return Object.entries(mappings).flatMap(([name, path]) => claim(name, typeof path === 'string' ? valueAt(user, path) : undefined))
}

/** `user_metadata.favorite_food`; a name with dots in it is found, too. */
const valueAt = (from: JsonObject, path: string): Json | undefined => {
  if (Object.hasOwn(from, path)) return from[path]
  const dot = path.indexOf('.')
  const head = dot < 0 ? path : path.slice(0, dot)
  const value = Object.hasOwn(from, head) ? from[head] : undefined
  if (dot < 0) return value
  return isJsonObject(value) ? valueAt(value, path.slice(dot + 1)) : undefined
}

const entriesOf = (values: JsonObject): readonly Claim[] => Object.entries(values).flatMap(([name, value]) => claim(name, value))

const claim = (name: string, value: Json | undefined): readonly Claim[] => {
  const values = textsIn(value)
  return values.length > 0 && name.length <= LONGEST_NAME ? [[name, values]] : []
}

const textsIn = (value: Json | undefined): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((one) => textIn(one) ?? [])
  const text = textIn(value)
  return text === undefined ? [] : [text]
}

const passedThrough = (user: JsonObject, configuration: JsonObject): readonly Claim[] => {
  const mapped = isJsonObject(configuration['mappings']) ? Object.values(configuration['mappings']) : []
  const prefix = configuration['mapUnknownClaimsAsIs'] === true ? '' : AUTH0_NAMESPACE
  return Object.entries(user)
    .filter(([name]) => !NOT_PASSED.has(name) && !mapped.includes(name))
    .flatMap(([name, value]) => claim(`${prefix}${name}`, value))
}

/** Who vouches, never with the provider's own access token. */
const identityClaims = (user: JsonObject): readonly Claim[] => {
  const first = Array.isArray(user['identities']) ? user['identities'][0] : undefined
  if (!isJsonObject(first)) return []
  return ['provider', 'connection', 'isSocial', 'user_id'].flatMap((name) =>
    claim(`${AUTH0_NAMESPACE}identities/default/${name}`, first[name]),
  )
}

const bounded = (all: readonly Claim[]): Claims => {
  const claims = new Map<string, readonly string[]>()
  let left = LONGEST_TOGETHER
  for (const [name, values] of all) {
    const size = name.length + values.reduce((sum, value) => sum + value.length, 0)
    if (size > left || claims.size >= MOST_CLAIMS || values.some((value) => value.length > LONGEST_VALUE)) continue
    left -= size
    claims.set(name, values)
  }
  return Object.fromEntries(claims)
}
