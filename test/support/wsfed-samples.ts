import { createHash } from 'node:crypto'
import type { Subject } from '#kernel/account.ts'
import type { Authentication } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { Visit } from '#kernel/visit.ts'
import type { TokenOrder } from '#tokens/format.ts'
import type { KeyBook, KeyRecord } from '#tokens/key-book.ts'
import { type SigningKeys, signingKeys } from '#tokens/signing-keys.ts'

export const REALM = 'urn:federation:MicrosoftOnline'
export const LOGIN_SRF = 'https://login.microsoftonline.com/login.srf'
export const ISSUER = 'https://id.fabrikam.com/wsfed/m365/guests.fabrikam.com'
export const PUBLIC_URL = new URL('https://id.fabrikam.com')
export const AT = Date.parse('2026-11-24T09:00:00.000Z')

export const microsoft365: RelyingParty = {
  clientId: 'm365',
  name: "Fabrikam's Microsoft 365",
  protocol: 'wsfed',
  realm: REALM,
  replyUrls: [LOGIN_SRF],
  format: 'saml11',
  lifetimeSeconds: 300,
  sessionMaxAgeSeconds: 3600,
  target: 'fabrikam',
  connections: ['google'],
  admission: { policy: 'everyone' },
  domains: { 'guests.fabrikam.com': { issuer: ISSUER } },
  signInUrl: LOGIN_SRF,
  signOutUrl: 'https://login.microsoftonline.com/logout.srf',
  links: {},
  deepLinkPrefixes: [],
}

export const settingsWith = (...relyingParties: readonly RelyingParty[]): Settings => ({
  revision: 1,
  relyingParties,
  connections: [],
  targets: [],
  rules: { rules: [], configuration: {}, budgetMs: 20_000 },
})

/** Bytes that only depend on the seed and on how many were taken. */
export const seeded = (seed: string): Randomness => {
  let taken = 0
  return {
    bytes: (length) => {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, () => createHash('sha256').update(`${seed}/${taken++}`).digest())
      return Buffer.concat(blocks).subarray(0, length)
    },
  }
}

export const subjectOf = (immutableId: string, userPrincipalName: string): Subject =>
  ({ userId: 'user-1', immutableId, userPrincipalName }) as Subject // only storage can make a real one

export const ANNA = subjectOf('abcdefghijklmnopqrstuvwxy2', 'anna.karlsson@guests.fabrikam.com')
export const byPassword: Authentication = { at: AT - 7_200_000, method: 'password' }

export const orderOf = (changes: Partial<TokenOrder> = {}): TokenOrder => ({
  subject: ANNA,
  authentication: byPassword,
  claims: {},
  relyingParty: microsoft365,
  issuer: ISSUER,
  at: AT,
  ...changes,
})

/** A key book in memory that keeps its first keys, as storage does. */
export const memoryKeyBook = (): KeyBook => {
  let kept: readonly KeyRecord[] = []
  return {
    list: async () => kept,
    found: async (keys) => {
      if (kept.length === 0) kept = keys
      return kept
    },
  }
}

let shared: Promise<SigningKeys> | undefined
/** Making keys takes a while, so tests that only need some share these. */
export const sharedKeys = (): Promise<SigningKeys> => {
  shared ??= signingKeys({ book: memoryKeyBook(), clock: { now: () => AT }, randomness: seeded('keys') })
  return shared
}

export const visitTo = (address: string, changes: Partial<Visit> = {}): Visit => ({
  method: 'GET',
  url: new URL(address, PUBLIC_URL),
  form: new URLSearchParams(),
  header: () => undefined,
  ip: '127.0.0.1',
  peer: '127.0.0.1',
  at: AT,
  browser: 'browser-1',
  ...changes,
})

/** A form posted to an address, as http hands it over. */
export const postTo = (address: string, rawForm: string): Visit =>
  visitTo(address, { method: 'POST', form: new URLSearchParams(rawForm), rawForm })
