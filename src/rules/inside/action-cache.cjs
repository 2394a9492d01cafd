'use strict'
// `api.cache`: what actions keep from one sign-in to the next, while their process lives and as far as Auth0's limits go.

const MOST_ENTRIES = 20
const LONGEST_KEY_BYTES = 64
const LONGEST_VALUE_BYTES = 4_096
const MOST_BYTES = 8_192
const USUAL_MS = 15 * 60_000
const LONGEST_MS = 24 * 60 * 60_000

const SUCCESS = Object.freeze({ type: 'success' })
/** @param {string} code */
const failure = (code) => Object.freeze({ type: 'error', code })

/** @param {string} text */
const bytesOf = (text) => Buffer.byteLength(text)

/**
 * One cache for all actions of a process; each sign-in looks into it with its own clock.
 * @returns {(now: () => number) => object} `get`, `set` and `delete` of `api.cache`
 */
const createCache = () => {
  /** @type {Map<string, { readonly value: string, readonly expires_at: number }>} */
  const entries = new Map()
  return (now) => ({
    get: (key) => {
      forgetOld(entries, now())
      const found = entries.get(String(key))
      return found && { ...found }
    },
    set: (key, value, lasting = {}) => put(entries, { key: String(key), value, lasting }, now()),
    delete: (key) => (entries.delete(String(key)) ? SUCCESS : failure('ItemNotFound')),
  })
}

const put = (entries, { key, value, lasting }, at) => {
  if (typeof value !== 'string') return failure('InvalidValue')
  if (bytesOf(key) > LONGEST_KEY_BYTES) return failure('KeySizeExceeded')
  if (bytesOf(value) > LONGEST_VALUE_BYTES) return failure('ValueSizeExceeded')
  forgetOld(entries, at)
  entries.delete(key)
  const expires_at = Math.min(endOf(lasting, at), at + LONGEST_MS)
  if (!(expires_at > at)) return failure('InvalidExpiry')
  makeRoom(entries, bytesOf(key) + bytesOf(value))
  entries.set(key, { value, expires_at })
  return SUCCESS
}

/** @param {{ readonly expires_at?: number, readonly ttl?: number }} lasting both in milliseconds */
const endOf = ({ expires_at, ttl }, at) => {
  const ends = [expires_at, ttl === undefined ? undefined : at + ttl].filter((end) => end !== undefined).map(Number)
  return ends.length === 0 ? at + USUAL_MS : Math.min(...ends)
}

const forgetOld = (entries, at) => {
  for (const [key, { expires_at }] of entries) if (expires_at <= at) entries.delete(key)
}

/** What was put there first goes first. */
const makeRoom = (entries, wanted) => {
  let held = wanted
  for (const [key, { value }] of entries) held += bytesOf(key) + bytesOf(value)
  for (const [key, { value }] of entries) {
    if (held <= MOST_BYTES && entries.size < MOST_ENTRIES) return
    held -= bytesOf(key) + bytesOf(value)
    entries.delete(key)
  }
}

module.exports = { createCache }
