import { isIP } from 'node:net'
import { z } from 'zod'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import { type Provider, problemIn, settingsInvalid } from '../provider-row.ts'

/** What signatures are taken: asymmetric ones only, so that nobody signs with what everybody can read. */
const SIGNATURES = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA'] as const

export interface OidcSettings {
  readonly issuer: URL
  /** As the provider writes it: compared byte for byte. `{tenantid}` in it stands for a token's own tenant. */
  readonly issuerText: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly scopes: readonly string[]
  readonly endpointHosts: readonly string[]
  readonly signatures: readonly string[]
}

/** The name of a host that others can reach. */
export const host = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a host name in lower case')
  .refine((name) => !isIP(name) && !isLoopbackHost(name), 'a host name that others can reach')

/** A secret, as the reader of settings hands it over. */
export const secretSetting = z.instanceof(Secret, { error: 'a secret: { "secretFile": … }, { "secretEnv": … } or { "secret": … }' })

const shape = z.strictObject({
  issuer: z.string().max(500),
  clientId: z.string().min(1).max(500),
  clientSecret: secretSetting,
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)).refine((all) => all.includes('openid'), 'must include openid'),
  endpointHosts: z.array(host),
  signatures: z.array(z.enum(SIGNATURES)).min(1),
})

/** Reads the settings of an OpenID connection. Throws `settings_invalid`. */
export const readOidcSettings = ({ name, settings }: ConnectionSettings, provider: Provider, publicUrl: URL): OidcSettings => {
  const { issuer, scopes, endpointHosts } = provider
  const parsed = shape.safeParse({ ...(issuer && { issuer }), scopes, endpointHosts, signatures: SIGNATURES, ...settings })
  if (!parsed.success) throw settingsInvalid(name, problemIn(parsed.error))
  const { issuer: issuerText, ...rest } = parsed.data
  return { ...rest, issuerText, issuer: issuerUrl(name, issuerText, publicUrl) }
}

/** An issuer's address. OpenID Connect Discovery §2: https, no query, no fragment. http only where Usher itself is on this machine. */
export const issuerUrl = (name: string, text: string, publicUrl: URL): URL => {
  const url = URL.parse(text)
  if (!url || url.search || url.hash || url.username || url.password || /[?#]/.test(text))
    throw settingsInvalid(name, 'issuer: not an issuer’s address')
  const isHere = isLoopbackHost(url.hostname)
  if (isHere && !isLoopbackHost(publicUrl.hostname))
    throw settingsInvalid(name, 'issuer: this machine is only taken while Usher’s own address is')
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:')) throw settingsInvalid(name, 'issuer: must be https')
  if (!isHere && !host.safeParse(url.hostname).success) throw settingsInvalid(name, 'issuer: must have a host name')
  return url
}
