import { domainToASCII } from 'node:url'
import { UsherError } from '#kernel/errors.ts'
import type { Authentication, Names, Profile } from '#kernel/person.ts'

/** What a provider said, after its signature was checked. Everything in it may still be a lie. */
export type UpstreamClaims = Readonly<Record<string, unknown>>

interface Said {
  readonly issuer: string
  readonly claims: UpstreamClaims
  readonly authentication: Authentication
  /** True for providers known to write booleans as text. */
  readonly takesTextForTrue: boolean
}

/** Reads a profile from claims. Throws `profile_incomplete` when they name nobody usable, `connection_answer_invalid` when they are too many. */
export const profileFrom = ({ issuer, claims, authentication, takesTextForTrue }: Said): Profile => {
  const email = emailOf(claims.email)
  const saysVerified = claims.email_verified === true || (takesTextForTrue && claims.email_verified === 'true')
  return {
    issuer,
    subject: subjectOf(claims.sub),
    names: namesOf(claims),
    ...(email && { email }),
    emailVerified: email !== undefined && saysVerified,
    attributes: attributesOf(claims),
    authentication,
  }
}

// OpenID Connect Core §2: at most 255 ASCII characters. Nothing is trimmed or mended: two subjects stay two.
const SUBJECT = /^[\x21-\x7e]{1,255}$/

const subjectOf = (sub: unknown): string => {
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) throw new UsherError('profile_incomplete', { detail: { claim: 'sub' } })
  return sub
}

// As long as the directory takes them.
const PART_CHARACTERS = 64
const DISPLAY_CHARACTERS = 256

const namesOf = (claims: UpstreamClaims): Names => {
  const given = nameOf(claims.given_name, PART_CHARACTERS)
  const family = nameOf(claims.family_name, PART_CHARACTERS)
  const display = nameOf(claims.name, DISPLAY_CHARACTERS)
  return { ...(given && { given }), ...(family && { family }), ...(display && { display }) }
}

/** Control characters, half surrogates, unassigned and private ones, and those that turn the direction of writing. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Cn}\p{Co}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu
const HAS_UNSAFE = new RegExp(UNSAFE.source, 'u')

/** A name to be shown: mended rather than refused, since nothing depends on it. */
const nameOf = (value: unknown, characters: number): string | undefined => {
  if (typeof value !== 'string') return undefined
  const start = value
    .slice(0, 8 * characters)
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(UNSAFE, '')
    .trim()
  return [...start].slice(0, characters).join('').trim() || undefined
}

// Only ASCII, which has one lower case: elsewhere letters fold into other people's addresses (the Kelvin sign is a k).
const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/
const DOMAIN = /^(?=.{3,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/

/** An address in lower case, its domain in ASCII; undefined when it is not one. */
export const emailOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value.length > 320) return undefined
  const at = value.lastIndexOf('@')
  const domain = asciiDomain(value.slice(at + 1))
  const local = lowerAscii(value.slice(0, Math.max(at, 0)))
  return domain && LOCAL_PART.test(local) ? `${local}@${domain}` : undefined
}

const asciiDomain = (domain: string): string | undefined => {
  const isPlain = /^[\x21-\x7e]+$/.test(domain)
  const ascii = isPlain ? lowerAscii(domain) : domainToASCII(domain)
  // A foreign spelling of a plain name is not that name.
  return DOMAIN.test(ascii) && (isPlain || /(^|\.)xn--/.test(ascii)) ? ascii : undefined
}

const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** Claims about the token rather than about the person. */
const MECHANICS = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'nonce',
  'azp',
  'at_hash',
  'c_hash',
  's_hash',
  'auth_time',
  'amr',
  'acr',
  'sid',
])

const NAME = /^[A-Za-z][\w.:/#-]{0,199}$/
const DANGEROUS = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty'])
const MOST_ATTRIBUTES = 100
const MOST_DEPTH = 5
const MOST_TEXT_CHARACTERS = 4_096
const MOST_LETTERS_IN_ALL = 32_768

/**
 * What else was said, without what could hurt: values that are too long, too deep or hold unsafe characters are left out
 * whole, and so are members of a list. They are never mended, because a mended identifier may be somebody else's. Who is
 * said more of than can be kept is refused: people write much of it themselves, and would choose what falls off the end, such as the group that keeps them out.
 */
const attributesOf = (claims: UpstreamClaims): Readonly<Record<string, unknown>> => {
  const kept = Object.entries(claims)
    .filter(([name]) => !MECHANICS.has(name) && isSafeName(name))
    .map(([name, value]) => [name, withoutUnsafe(value)] as const)
    .filter(([, value]) => isSafeValue(value, 1))
  const letters = kept.reduce((sum, [name, value]) => sum + name.length + JSON.stringify(value).length, 0)
  if (kept.length > MOST_ATTRIBUTES || letters > MOST_LETTERS_IN_ALL)
    throw new UsherError('connection_answer_invalid', { detail: { reason: 'the profile is too large' } })
  return Object.fromEntries(kept)
}

/** One odd group must not hide the others. */
const withoutUnsafe = (value: unknown): unknown => (Array.isArray(value) ? value.filter((one) => isSafeValue(one, 2)) : value)

const isSafeName = (name: string): boolean => NAME.test(name) && !DANGEROUS.has(name)

const isSafeValue = (value: unknown, depth: number): boolean => {
  if (typeof value === 'string') return value.length <= MOST_TEXT_CHARACTERS && !HAS_UNSAFE.test(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'boolean') return true
  if (typeof value !== 'object' || value === null || depth > MOST_DEPTH) return false
  if (Array.isArray(value)) return value.every((one) => isSafeValue(one, depth + 1))
  return Object.entries(value).every(([name, one]) => isSafeName(name) && isSafeValue(one, depth + 1))
}
