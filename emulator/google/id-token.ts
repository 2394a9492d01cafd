import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT, UnsecuredJWT } from 'jose'
import type { GooglePerson } from './people.ts'

/** Ways in which a provider can be wrong. */
export const misbehaviors = [
  'wrongNonce',
  'noNonce',
  'wrongIssuer',
  'wrongAudience',
  'expired',
  'algNone',
  'badSignature',
  'unknownKey',
  'noSubject',
  'otherUserinfo',
  'wrongState',
  'mixedUpIssuer',
  'noIssuer',
  'accessDenied',
  'tokenHangs',
  'tokenFails',
  'discoveryFails',
] as const
export type Misbehavior = (typeof misbehaviors)[number]

export interface IdTokenOrder {
  readonly issuer: string
  readonly clientId: string
  readonly person: GooglePerson
  readonly nonce: string | undefined
  readonly accessToken: string
  readonly hasSecondFactor: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Signs what Google says about people, and publishes the key. */
export interface IdTokens {
  readonly keys: () => Promise<JSONWebKeySet>
  readonly sign: (order: IdTokenOrder, misbehavior: Misbehavior | undefined) => Promise<string>
}

const ONE_SECOND_MS = 1_000
const ONE_HOUR_SECONDS = 3_600
const KEY_ID = 'google-1'

const halfHash = (text: string): string => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')

const keyPair = () => generateKeyPair('RS256', { extractable: true })

export const profileClaims = (person: GooglePerson): Readonly<Record<string, unknown>> => ({
  email: person.email,
  email_verified: person.isEmailVerified,
  name: `${person.givenName} ${person.familyName}`,
  given_name: person.givenName,
  family_name: person.familyName,
})

const claimsFor = (order: IdTokenOrder, misbehavior: Misbehavior | undefined): Readonly<Record<string, unknown>> => {
  const seconds = Math.floor(order.now / ONE_SECOND_MS)
  const issuedAt = misbehavior === 'expired' ? seconds - 2 * ONE_HOUR_SECONDS : seconds
  const nonce = misbehavior === 'wrongNonce' ? 'somebody-else’s' : order.nonce
  return {
    iss: misbehavior === 'wrongIssuer' ? 'https://accounts.other.example' : order.issuer,
    azp: order.clientId,
    aud: misbehavior === 'wrongAudience' ? 'somebody-else' : order.clientId,
    ...(misbehavior === 'noSubject' ? {} : { sub: order.person.subject }),
    ...profileClaims(order.person),
    at_hash: halfHash(order.accessToken),
    ...(nonce === undefined || misbehavior === 'noNonce' ? {} : { nonce }),
    ...(order.hasSecondFactor ? { amr: ['pwd', 'mfa'], auth_time: seconds } : {}),
    iat: issuedAt,
    exp: issuedAt + ONE_HOUR_SECONDS,
  }
}

const withBrokenSignature = (token: string): string => {
  const [header, body, signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  return `${header}.${body}.${bytes.toString('base64url')}`
}

export const createIdTokens = (): IdTokens => {
  let made: ReturnType<typeof keyPair> | undefined
  const own = () => {
    made ??= keyPair()
    return made
  }
  return {
    keys: async () => {
      const { publicKey } = await own()
      return { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, use: 'sig', alg: 'RS256' }] }
    },
    sign: async (order, misbehavior) => {
      const claims = claimsFor(order, misbehavior)
      if (misbehavior === 'algNone') return new UnsecuredJWT(claims).encode()
      const isStranger = misbehavior === 'unknownKey'
      const { privateKey } = await (isStranger ? keyPair() : own())
      const header = { alg: 'RS256', typ: 'JWT', kid: isStranger ? 'nobody-knows' : KEY_ID }
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
      return misbehavior === 'badSignature' ? withBrokenSignature(token) : token
    },
  }
}
