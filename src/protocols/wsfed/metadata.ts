import type { RelyingParty } from '#kernel/settings.ts'
import { elementsOf, type Namespace, serialize, type XmlElement } from '#lib/xml.ts'

const FED: Namespace = { prefix: 'fed', uri: 'http://docs.oasis-open.org/wsfed/federation/200706' }
const md = elementsOf({ prefix: 'md', uri: 'urn:oasis:names:tc:SAML:2.0:metadata' })
const ds = elementsOf({ prefix: 'ds', uri: 'http://www.w3.org/2000/09/xmldsig#' })
const fed = elementsOf(FED)
const auth = elementsOf({ prefix: 'auth', uri: 'http://docs.oasis-open.org/wsfed/authorization/200706' })
const addressing = elementsOf({ prefix: 'wsa', uri: 'http://www.w3.org/2005/08/addressing' })

export interface MetadataOrder {
  /** The passive address: where browsers are sent. */
  readonly address: string
  readonly relyingParty: RelyingParty | undefined
  readonly certificates: readonly string[]
}

/** Federation metadata (WS-Federation 1.2, section 3): who we are, which certificates to trust, where browsers go. */
export const federationMetadata = ({ address, relyingParty, certificates }: MetadataOrder): string => {
  const role = fedService([
    ...certificates.map(keyDescriptor),
    fed('TokenTypesOffered', {}, [fed('TokenType', { Uri: 'urn:oasis:names:tc:SAML:1.0:assertion' })]),
    fed('ClaimTypesOffered', {}, CLAIM_TYPES),
    fed('SecurityTokenServiceEndpoint', {}, [endpoint(address)]),
    fed('PassiveRequestorEndpoint', {}, [endpoint(address)]),
  ])
  return serialize(md('EntityDescriptor', { entityID: entityId(address, relyingParty) }, [role]))
}

const fedService = (children: readonly XmlElement[]): XmlElement => ({
  ...md('RoleDescriptor', { protocolSupportEnumeration: FED.uri }, children),
  type: { namespace: FED, name: 'SecurityTokenServiceType' },
})

/** The issuer of our tokens where there is one for all; every federated domain has its own. */
const entityId = (address: string, relyingParty: RelyingParty | undefined): string => {
  const [issuer, another] = new Set(Object.values(relyingParty?.domains ?? {}).map((domain) => domain.issuer))
  return issuer !== undefined && another === undefined ? issuer : address
}

const keyDescriptor = (certificate: string): XmlElement =>
  md('KeyDescriptor', { use: 'signing' }, [ds('KeyInfo', {}, [ds('X509Data', {}, [ds('X509Certificate', {}, [certificate])])])])

const endpoint = (address: string): XmlElement => addressing('EndpointReference', {}, [addressing('Address', {}, [address])])

const CLAIM_TYPES = ['http://schemas.xmlsoap.org/claims/UPN', 'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID'].map(
  (Uri) => auth('ClaimType', { Uri, Optional: 'false' }),
)
