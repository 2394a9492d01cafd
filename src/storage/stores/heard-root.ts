import type { JsonObject } from '#kernel/json.ts'

const NAMES = ['name', 'given_name', 'family_name'] as const

/** What a connection just said by Auth0's names, and what stands in for a name nobody ever said. */
export interface Heard {
  readonly root: JsonObject
  readonly standIn?: JsonObject | undefined
}

/**
 * What is known after a connection spoke: what it said, and names and picture as they were while it says none, because some
 * say them once (Apple). All else is gone as soon as it is not said again: an address or a group that somebody lost may
 * open a door to them, also in a rule that looks at nothing but the address.
 */
export const heardRoot = (before: JsonObject, { root, standIn = {} }: Heard): JsonObject => ({
  ...standIn,
  ...(!isNamed(root) && isNamed(before) && only(before, [...NAMES, 'nickname'])),
  ...only(before, ['picture']),
  ...withoutNull(root),
})

/** An address, or the word for nobody in particular, is no name. */
const isNamed = ({ name, given_name: given, family_name: family, email }: JsonObject): boolean =>
  typeof given === 'string' || typeof family === 'string' || (typeof name === 'string' && name !== email && name !== 'you')

const only = (all: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))

/** A picture that is said to be none is not said. */
const withoutNull = (root: JsonObject): JsonObject =>
  root['picture'] === null ? Object.fromEntries(Object.entries(root).filter(([name]) => name !== 'picture')) : root
