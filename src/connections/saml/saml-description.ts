import type { X509Certificate } from 'node:crypto'
import { type Clock, ONE_HOUR_MS, ONE_MINUTE_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import { verifySigned } from '#lib/xml-signature.ts'
import { belongsTo, CallFailure, type Fetch, providerCall } from '../provider-calls.ts'
import { remembered } from '../remembered.ts'
import { isInForce } from './saml-certificates.ts'
import { DESCRIPTION_LIMITS, type IdentityProvider, readIdentityProvider } from './saml-identity-provider.ts'
import type { SamlSettings } from './saml-settings.ts'

/** Signatures nobody knows make us look again, this often at most. */
const LOOK_AGAIN_MS = 5 * ONE_MINUTE_MS
/** An address that describes its keys may be away for a weekend: what was last read still holds as long as it says so itself. */
const LAST_GOOD_MS = 7 * 24 * ONE_HOUR_MS

export interface IdentityProviderDescription {
  /** As it is known now, with certificates that are in force. Throws `CallFailure` or `connection_unavailable`. */
  readonly current: () => Promise<IdentityProvider>
  /** Asked for anew, because a signature was by nobody that is known; undefined where that leads nowhere. */
  readonly newer: () => Promise<IdentityProvider | undefined>
}

interface Parts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly settings: SamlSettings
}

/** What is known of one identity provider: what the settings say, or what it publishes, read again every hour. */
export const identityProviderDescription = ({ fetch, clock, settings }: Parts): IdentityProviderDescription => {
  const { description, endpointHosts } = settings
  if (description.kind === 'written')
    return { current: async () => usable(description.provider, clock.now()), newer: () => Promise.resolve(undefined) }
  const { url } = description
  const call = providerCall({ fetch, clock, settings: { issuer: url, endpointHosts: [] } })
  const read = async (): Promise<IdentityProvider> => {
    const answer = await call(url.href, { headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' } })
    if (answer.status !== 200) throw new CallFailure('unreachable', `the metadata’s address answered ${answer.status}`)
    const signedBy = description.signedBy?.filter((one) => isInForce(one, clock.now()))
    if (signedBy?.length === 0) throw unusable('all certificates in metadataCertificates have expired')
    const provider = described(await answer.text(), settings.issuer, signedBy)
    if (!belongsTo(new URL(provider.signIn.location), url, endpointHosts))
      throw new CallFailure(
        'refused',
        `the metadata sends people to ${new URL(provider.signIn.location).host}, which is not in endpointHosts`,
      )
    // What has run out does not take the place of what holds.
    return usable(provider, clock.now())
  }
  const kept = remembered(clock, read, LAST_GOOD_MS)
  let lookedAgainAt = Number.NEGATIVE_INFINITY
  return {
    current: async () => usable(await kept.get(), clock.now()),
    newer: async () => {
      if (clock.now() - lookedAgainAt < LOOK_AGAIN_MS) return undefined
      lookedAgainAt = clock.now()
      return kept.renew().catch(() => undefined)
    },
  }
}

const described = (metadata: string, issuer: string, signedBy: readonly X509Certificate[] | undefined): IdentityProvider => {
  const keys = signedBy?.map(({ publicKey }) => publicKey)
  try {
    return readIdentityProvider(metadata, issuer, (root) => (keys ? verifySigned(root, keys, DESCRIPTION_LIMITS) : root))
  } catch (error) {
    throw new CallFailure('refused', `the metadata ${error instanceof Error ? error.message : 'cannot be read'}`, error)
  }
}

const usable = (provider: IdentityProvider, now: number): IdentityProvider => {
  if (provider.validUntil !== undefined && provider.validUntil <= now) throw unusable('the metadata has expired (validUntil)')
  const certificates = provider.certificates.filter((one) => isInForce(one, now))
  if (certificates.length === 0) throw unusable('all certificates of the identity provider have expired')
  return { ...provider, certificates }
}

const unusable = (reason: string): UsherError => new UsherError('connection_unavailable', { detail: { reason } })
