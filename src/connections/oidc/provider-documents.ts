import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import type { ServerMetadata } from 'openid-client'
import { z } from 'zod'
import { type Clock, ONE_MINUTE_MS } from '#kernel/clock.ts'
import type { OidcSettings } from './oidc-settings.ts'
import { belongsTo, CallFailure, type ProviderCall } from '../provider-calls.ts'
import type { Provider } from '../provider-row.ts'
import { remembered } from '../remembered.ts'

/** Keys nobody knows make us look again, this often at most. */
const LOOK_AGAIN_MS = 5 * ONE_MINUTE_MS

export interface Keys {
  /** The key of a token, by its header. */
  readonly find: ReturnType<typeof createLocalJWKSet>
  /** For whose tokens the key is, where it says so. */
  readonly issuerOf: (id: string | undefined) => string | undefined
}

export interface ProviderDocuments {
  /** What the provider says about itself. Throws `CallFailure`. */
  readonly metadata: () => Promise<ServerMetadata>
  /** Its public keys. Throws `CallFailure`. */
  readonly keys: () => Promise<Keys>
  /** Its keys asked for anew, because one was not among them; undefined when that was done a moment ago. */
  readonly newerKeys: () => Promise<Keys | undefined>
}

interface DocumentParts {
  readonly call: ProviderCall
  readonly clock: Clock
  readonly settings: OidcSettings
  readonly provider: Provider
}

/** Reads and remembers what a provider publishes. */
export const providerDocuments = ({ call, clock, settings, provider }: DocumentParts): ProviderDocuments => {
  const read = async (url: string): Promise<unknown> => {
    const answer = await call(url, { headers: { accept: 'application/json' } })
    if (answer.status !== 200) throw new CallFailure('unreachable', `the provider answered ${answer.status}`)
    return answer.json().catch(() => {
      throw new CallFailure('refused', 'the provider answered something that is not JSON')
    })
  }
  const description = provider.descriptionAt ?? discoveryAddress(settings.issuerText)
  const metadata = remembered(clock, async () => readMetadata(await read(description), settings))
  const keys = remembered(clock, async () => readKeys(await read((await metadata.get()).jwks_uri)))
  let lookedAgainAt = Number.NEGATIVE_INFINITY
  return {
    metadata: metadata.get,
    keys: keys.get,
    newerKeys: async () => {
      if (clock.now() - lookedAgainAt < LOOK_AGAIN_MS) return undefined
      lookedAgainAt = clock.now()
      return keys.renew()
    },
  }
}

/** OpenID Connect Discovery §4: below the issuer, whose own path stays. */
const discoveryAddress = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`

const address = z.string().max(2_000)
const texts = z.array(z.string().max(200)).max(200)

const metadataShape = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  userinfo_endpoint: address.optional(),
  token_endpoint_auth_methods_supported: texts.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})

type Metadata = z.infer<typeof metadataShape>

const readMetadata = (document: unknown, settings: OidcSettings): Metadata => {
  const parsed = metadataShape.safeParse(document)
  if (!parsed.success) throw new CallFailure('refused', `the provider's description lacks ${parsed.error.issues[0]?.path.join('.')}`)
  const { userinfo_endpoint: userinfo, ...metadata } = parsed.data
  if (metadata.issuer !== settings.issuerText) throw new CallFailure('refused', 'the provider describes another issuer')
  for (const endpoint of [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri])
    if (!isOwn(endpoint, settings))
      throw new CallFailure('refused', `the provider names an address that is not its own: ${URL.parse(endpoint)?.host}`)
  // One can do without it; some providers keep it on a host of another product.
  return userinfo !== undefined && isOwn(userinfo, settings) ? { ...metadata, userinfo_endpoint: userinfo } : metadata
}

const isOwn = (endpoint: string, { issuer, endpointHosts }: OidcSettings): boolean => {
  const url = URL.parse(endpoint)
  return url !== null && belongsTo(url, issuer, endpointHosts)
}

const text = z.string().max(500)
const keyShape = z.looseObject({ kty: z.string(), kid: text.optional(), issuer: text.optional() })
const VERIFIES = ['RSA', 'EC', 'OKP']
const SECRET_PARTS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** Public keys of the kinds we know: a provider that publishes a secret one has lost it. */
const readKeys = (document: unknown): Keys => {
  const parsed = z.object({ keys: z.array(keyShape).max(100) }).safeParse(document)
  if (!parsed.success) throw new CallFailure('refused', 'the provider’s keys cannot be read')
  const { keys } = parsed.data
  if (keys.some(isSecret)) throw new CallFailure('refused', 'the provider publishes a key that is not a public one')
  return {
    find: createLocalJWKSet({ keys: keys.filter(({ kty }) => VERIFIES.includes(kty)) } satisfies JSONWebKeySet),
    issuerOf: (id) => keys.find(({ kid }) => kid === id)?.issuer,
  }
}

const isSecret = (key: z.infer<typeof keyShape>): boolean => key.kty === 'oct' || SECRET_PARTS.some((part) => part in key)
