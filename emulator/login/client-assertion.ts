import { X509Certificate } from 'node:crypto'
import { decodeProtectedHeader, errors, importX509, jwtVerify } from 'jose'
import { asPem } from '../certificates.ts'
import type { AppRegistration } from '../world-state.ts'

export interface ClientAssertion {
  readonly app: AppRegistration
  readonly assertion: string
  /** The token endpoint, as the assertion must name it; any of these. */
  readonly audiences: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

const ALGORITHMS = ['PS256', 'RS256']

const thumbprints = (pem: string): readonly string[] => {
  const certificate = new X509Certificate(asPem(pem))
  return [certificate.fingerprint256, certificate.fingerprint].map((print) =>
    Buffer.from(print.replaceAll(':', ''), 'hex').toString('base64url'),
  )
}

/** Whether the app itself made this assertion (RFC 7523), with a certificate that is registered for it. */
export const isOwnAssertion = async ({ app, assertion, audiences, now }: ClientAssertion): Promise<boolean> => {
  try {
    const header: Readonly<Record<string, unknown>> = decodeProtectedHeader(assertion)
    const named = header['x5t#S256'] ?? header['x5t']
    const certificate = app.certificates.find((pem) => thumbprints(pem).some((print) => print === named))
    if (certificate === undefined || typeof header['alg'] !== 'string') return false
    const key = await importX509(asPem(certificate), header['alg'])
    await jwtVerify(assertion, key, {
      algorithms: ALGORITHMS,
      issuer: app.clientId,
      subject: app.clientId,
      audience: [...audiences],
      currentDate: new Date(now),
      requiredClaims: ['exp', 'jti', 'nbf'],
    })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false
    throw error
  }
}
