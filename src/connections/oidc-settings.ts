import { isIP } from 'node:net'
import { z } from 'zod'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'

/** What signatures are taken: asymmetric ones only, so that nobody signs with what everybody can read. */
const SIGNATURES = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA'] as const

/** How a provider departs from OpenID Connect, or adds to it. */
export interface Provider {
  /** Taken when the administrator's settings name none. */
  readonly issuer?: string
  readonly scopes: readonly string[]
  /** Hosts besides the issuer's own, and those below it, on which its endpoints may lie. */
  readonly endpointHosts: readonly string[]
  /**
   * `login`: can be asked for the credentials again, and says when they were given. `choose`: can only be asked to show
   * its choice of accounts; then coming back is the authentication, because there is nothing better to go by.
   */
  readonly freshness: 'login' | 'choose'
  /** True for providers known to write booleans as text. */
  readonly takesTextForTrue: boolean
}

export interface OidcSettings {
  readonly issuer: URL
  /** As the provider writes it: compared byte for byte. */
  readonly issuerText: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly scopes: readonly string[]
  readonly endpointHosts: readonly string[]
  readonly signatures: readonly string[]
}

const host = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a host name in lower case')
  .refine((name) => !isIP(name) && !isLoopbackHost(name), 'a host name that others can reach')

const shape = z.strictObject({
  issuer: z.string().max(500),
  clientId: z.string().min(1).max(500),
  clientSecret: z.instanceof(Secret, { error: 'a secret: { "secretFile": … }, { "secretEnv": … } or { "secret": … }' }),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)).refine((all) => all.includes('openid'), 'must include openid'),
  endpointHosts: z.array(host),
  signatures: z.array(z.enum(SIGNATURES)).min(1),
})

/** Reads the settings of an OpenID connection. Throws `settings_invalid`. */
export const readOidcSettings = ({ name, settings }: ConnectionSettings, provider: Provider, publicUrl: URL): OidcSettings => {
  const { issuer, scopes, endpointHosts } = provider
  const parsed = shape.safeParse({ ...(issuer && { issuer }), scopes, endpointHosts, signatures: SIGNATURES, ...settings })
  if (!parsed.success) {
    const problem = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`).join('; ')
    throw invalid(name, problem)
  }
  const { issuer: issuerText, ...rest } = parsed.data
  return { ...rest, issuerText, issuer: issuerUrl(name, issuerText, publicUrl) }
}

/** OpenID Connect Discovery §2: https, no query, no fragment. http only where Usher itself is on this machine. */
const issuerUrl = (name: string, text: string, publicUrl: URL): URL => {
  const url = URL.parse(text)
  if (!url || url.search || url.hash || url.username || url.password || /[?#]/.test(text))
    throw invalid(name, 'issuer: not an issuer’s address')
  const isHere = isLoopbackHost(url.hostname)
  if (isHere && !isLoopbackHost(publicUrl.hostname)) throw invalid(name, 'issuer: this machine is only taken while Usher’s own address is')
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:')) throw invalid(name, 'issuer: must be https')
  if (!isHere && !host.safeParse(url.hostname).success) throw invalid(name, 'issuer: must have a host name')
  return url
}

const invalid = (name: string, problem: string) =>
  new UsherError('settings_invalid', { detail: { field: 'settings', problem: `${name}: ${problem}` } })
