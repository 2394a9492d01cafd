import { createHash } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export type Algorithm = 'RS256' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA' | 'Ed25519'

/** A key of the provider, as it signs and as it publishes. */
export interface ProviderKey {
  readonly id: string
  readonly algorithm: Algorithm
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  readonly privateJwk: JWK
}

const made = new Map<string, Promise<ProviderKey>>()

/** The same key for the same name within a run: making RSA keys takes long. */
export const providerKey = (id: string, algorithm: Algorithm): Promise<ProviderKey> => {
  const known = made.get(`${algorithm} ${id}`) ?? makeKey(id, algorithm)
  made.set(`${algorithm} ${id}`, known)
  return known
}

const makeKey = async (id: string, algorithm: Algorithm): Promise<ProviderKey> => {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const common = { kid: id, use: 'sig', alg: algorithm }
  return {
    id,
    algorithm,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), ...common },
    privateJwk: { ...(await exportJWK(privateKey)), ...common },
  }
}

export type TokenClaims = Readonly<Record<string, unknown>>

/** Signs claims as they are, whatever is in them. */
export const signed = (claims: TokenClaims, key: ProviderKey, header: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: key.algorithm, typ: 'JWT', kid: key.id, ...header }).sign(key.privateKey)

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token put together by hand: header and claims as given, and any bytes for a signature. */
export const assembled = (header: unknown, claims: unknown, signature: string | Buffer): string =>
  `${encoded(header)}.${encoded(claims)}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`

/** The half hash of an access token (OpenID Connect Core §3.1.3.6). */
export const halfHash = (accessToken: string, algorithm: Algorithm): string => {
  const bits = /(256|384)$/.exec(algorithm)?.[1] ?? '512'
  const digest = createHash(`sha${bits}`).update(accessToken).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
