import { createHash } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { OidcSettings } from './oidc-settings.ts'
import type { Keys, ProviderDocuments } from './provider-documents.ts'

/** How far a provider's clock may be off. */
export const SKEW_SECONDS = 60
/** An ID token is made for the code that is being redeemed; some providers date it back a few minutes. */
const OLDEST_SECONDS = 600

interface VerifyParts {
  readonly settings: OidcSettings
  readonly documents: ProviderDocuments
  readonly clock: Clock
}

interface Tokens {
  readonly id_token?: string
  readonly access_token: string
}

/** The claims of an ID token whose signature, issuer, audience, times and access token hold (OpenID Connect Core §3.1.3.7). */
export const verifyIdToken = async (tokens: Tokens, { settings, documents, clock }: VerifyParts): Promise<JWTPayload> => {
  const verify = async (keys: Keys): Promise<JWTPayload> => {
    const { payload, protectedHeader } = await jwtVerify(tokens.id_token ?? '', keys, {
      algorithms: [...settings.signatures],
      issuer: settings.issuerText,
      audience: settings.clientId,
      clockTolerance: SKEW_SECONDS,
      maxTokenAge: OLDEST_SECONDS,
      requiredClaims: ['sub', 'exp', 'nonce'],
      currentDate: new Date(clock.now()),
    })
    if (payload.azp !== undefined && payload.azp !== settings.clientId) throw invalid('azp')
    assertOwnAccessToken(payload, protectedHeader.alg, tokens.access_token)
    return payload
  }
  const keys = await documents.keys()
  try {
    return await verify(keys)
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    const newer = await documents.newerKeys()
    if (!newer) throw error
    return verify(newer)
  }
}

/** The half hash that ties the access token to the ID token, where there is one (OpenID Connect Core §3.1.3.6). */
const assertOwnAccessToken = ({ at_hash: said }: JWTPayload, algorithm: string, accessToken: string): void => {
  if (said === undefined) return
  const bits = /(256|384)$/.exec(algorithm)?.[1] ?? '512'
  const digest = createHash(`sha${bits}`).update(accessToken).digest()
  if (said !== digest.subarray(0, digest.length / 2).toString('base64url')) throw invalid('at_hash')
}

const invalid = (reason: string) => new UsherError('connection_answer_invalid', { detail: { reason } })
