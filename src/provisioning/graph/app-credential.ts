import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { type Clock, ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { TargetCredential, TargetSettings } from '#kernel/settings.ts'

/** The form fields that prove who asks at a token endpoint; an assertion is good for one request. */
export type AppCredential = (endpoint: string) => Promise<Readonly<Record<string, string>>>

export interface AppCredentialParts {
  readonly settings: Pick<TargetSettings, 'clientId' | 'credential'>
  readonly clock: Clock
  readonly randomness: Randomness
}

const ASSERTION_SECONDS = 5 * 60
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

type CertificateCredential = Extract<TargetCredential, { readonly kind: 'certificate' }>

interface SigningPair {
  readonly key: KeyObject
  /** SHA-256 of the certificate, base64url. */
  readonly thumbprint: string
}

const invalid = (problem: string, cause?: unknown): UsherError =>
  new UsherError('settings_invalid', { cause, detail: { field: 'credential', problem } })

const read = ({ certificatePem, privateKeyPem }: CertificateCredential) => {
  try {
    return { certificate: new X509Certificate(certificatePem), key: createPrivateKey(privateKeyPem.reveal()) }
  } catch (error) {
    throw invalid('the certificate or its private key cannot be read', error)
  }
}

const signingPair = (credential: CertificateCredential): SigningPair => {
  const { certificate, key } = read(credential)
  if (key.asymmetricKeyType !== 'rsa') throw invalid('the private key is not an RSA key')
  if (!createPublicKey(key).equals(certificate.publicKey)) throw invalid('the private key does not belong to the certificate')
  return { key, thumbprint: createHash('sha256').update(certificate.raw).digest('base64url') }
}

const assertion = async (
  { settings, clock, randomness }: AppCredentialParts,
  { key, thumbprint }: SigningPair,
  endpoint: string,
): Promise<string> => {
  // Loaded when a token is needed: a start waits for nothing it does not need.
  const { SignJWT } = await import('jose')
  const now = Math.floor(clock.now() / ONE_SECOND_MS)
  return new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setAudience(endpoint)
    .setIssuer(settings.clientId)
    .setSubject(settings.clientId)
    .setJti(randomness.bytes(16).toString('hex'))
    .setNotBefore(now)
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_SECONDS)
    .sign(key)
}

/**
 * By certificate (private_key_jwt, RFC 7523, as contract section 5.1 has it) or by client secret.
 * Throws `settings_invalid` when the certificate and its key cannot be used together.
 */
export const appCredential = (parts: AppCredentialParts): AppCredential => {
  const { credential } = parts.settings
  if (credential.kind === 'secret') return async () => ({ client_secret: credential.secret.reveal() })
  const pair = signingPair(credential)
  return async (endpoint) => ({ client_assertion_type: ASSERTION_TYPE, client_assertion: await assertion(parts, pair, endpoint) })
}
