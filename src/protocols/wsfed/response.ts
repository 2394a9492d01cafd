import type { RelyingParty } from '#kernel/settings.ts'
import type { Token } from '#kernel/token.ts'
import { instant } from '#lib/instant.ts'
import { elementsOf, type Namespace, serialize, Xml, type XmlElement } from '#lib/xml.ts'

const TRUST: Namespace = { prefix: 't', uri: 'http://schemas.xmlsoap.org/ws/2005/02/trust' }
const trust = elementsOf(TRUST)
const policy = elementsOf({ prefix: 'wsp', uri: 'http://schemas.xmlsoap.org/ws/2004/09/policy' })
const addressing = elementsOf({ prefix: 'wsa', uri: 'http://www.w3.org/2005/08/addressing' })
const utility = elementsOf({
  prefix: 'wsu',
  uri: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
})
const security = elementsOf({
  prefix: 'o',
  uri: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
})

const constant = (...elements: readonly XmlElement[]): Xml => Xml.written(elements.map((element) => serialize(element, [TRUST])).join(''))

const KIND = constant(
  trust('TokenType', {}, ['urn:oasis:names:tc:SAML:1.0:assertion']),
  trust('RequestType', {}, ['http://schemas.xmlsoap.org/ws/2005/02/trust/Issue']),
  trust('KeyType', {}, ['http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey']),
)

/** A RequestSecurityTokenResponse (WS-Trust of February 2005, as the passive profile wants it) around a signed token. */
export const tokenResponse = (token: Token, relyingParty: Pick<RelyingParty, 'realm'>): string => {
  const reference = constant(referenceTo(token))
  return serialize(
    trust('RequestSecurityTokenResponse', {}, [
      trust('Lifetime', {}, [utility('Created', {}, [instant(token.notBefore)]), utility('Expires', {}, [instant(token.notAfter)])]),
      policy('AppliesTo', {}, [addressing('EndpointReference', {}, [addressing('Address', {}, [relyingParty.realm])])]),
      trust('RequestedSecurityToken', {}, [Xml.written(token.value)]),
      trust('RequestedAttachedReference', {}, [reference]),
      trust('RequestedUnattachedReference', {}, [reference]),
      KIND,
    ]),
  )
}

const referenceTo = ({ id }: Token): XmlElement =>
  security('SecurityTokenReference', {}, [
    security('KeyIdentifier', { ValueType: 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID' }, [id]),
  ])
