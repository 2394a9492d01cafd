import { sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { instant } from '#lib/instant.ts'
import { elementsOf, serialize, type XmlElement } from '#lib/xml.ts'
import type { Departure } from '../connection.ts'
import type { IdentityProvider } from './saml-identity-provider.ts'
import { ASSERTION, POST_BINDING, PROTOCOL } from './saml-names.ts'
import type { KeyPair } from './saml-settings.ts'

const samlp = elementsOf({ prefix: 'samlp', uri: PROTOCOL })
const saml = elementsOf({ prefix: 'saml', uri: ASSERTION })

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

/** What a person is sent to the identity provider with. */
export interface RequestOrder {
  readonly id: string
  /** Our own name there. */
  readonly entityId: string
  readonly destination: string
  readonly callbackUrl: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The person is to prove who they are again, whatever session there is. */
  readonly again: boolean
  readonly nameIdFormat?: string
  /** Who is expected, where the identity provider wants to be told in the request. */
  readonly subject?: string
  /** Ways of authentication that are asked for, by AuthnContextClassRef. */
  readonly contexts: readonly string[]
}

/** An AuthnRequest (saml-core §3.4.1), unsigned. */
export const authnRequest = (order: RequestOrder): string =>
  serialize(
    samlp(
      'AuthnRequest',
      {
        ID: order.id,
        Version: '2.0',
        IssueInstant: instant(order.at),
        Destination: order.destination,
        AssertionConsumerServiceURL: order.callbackUrl,
        ProtocolBinding: POST_BINDING,
        ...(order.again && { ForceAuthn: 'true' }),
      },
      [saml('Issuer', {}, [order.entityId]), ...subjectOf(order), policyOf(order), ...contextsOf(order)],
    ),
  )

const subjectOf = ({ subject }: RequestOrder): readonly XmlElement[] =>
  subject ? [saml('Subject', {}, [saml('NameID', {}, [subject])])] : []

const policyOf = ({ nameIdFormat }: RequestOrder): XmlElement =>
  samlp('NameIDPolicy', { AllowCreate: 'true', ...(nameIdFormat && { Format: nameIdFormat }) })

const contextsOf = ({ contexts }: RequestOrder): readonly XmlElement[] =>
  contexts.length === 0
    ? []
    : [
        samlp(
          'RequestedAuthnContext',
          { Comparison: 'exact' },
          contexts.map((one) => saml('AuthnContextClassRef', {}, [one])),
        ),
      ]

interface Sending {
  readonly request: string
  readonly relayState: string
  readonly to: IdentityProvider['signIn']
  readonly signing?: KeyPair | undefined
  /** Parameters of the identity provider's own that go along in the address. */
  readonly hint: Readonly<Record<string, string>>
}

/** The request on its way (saml-bindings §3.4 and §3.5), signed where we have a key. */
export const sent = async (sending: Sending): Promise<Omit<Departure, 'memory'>> => {
  const { request, relayState, to, signing, hint } = sending
  if (to.binding === 'redirect') return { location: withQuery(to.location, [...Object.entries(hint), ...redirectQuery(sending)]) }
  const written = signing ? await signedForm(request, signing) : request
  const fields = { SAMLRequest: Buffer.from(written).toString('base64'), RelayState: relayState }
  return { location: withQuery(to.location, Object.entries(hint)), fields }
}

type Query = readonly (readonly [string, string])[]

/** saml-bindings §3.4.4.1: the signature is over these very octets, in this order. */
const redirectQuery = ({ request, relayState, signing }: Sending): Query => {
  const unsigned: Query = [
    ['SAMLRequest', deflateRawSync(request).toString('base64')],
    ['RelayState', relayState],
    ...(signing ? [['SigAlg', RSA_SHA256] as const] : []),
  ]
  if (!signing) return unsigned
  const signature = sign('sha256', Buffer.from(queryText(unsigned)), signing.privateKey.reveal())
  return [...unsigned, ['Signature', signature.toString('base64')]]
}

const queryText = (query: Query): string => query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')

const withQuery = (address: string, query: Query): string =>
  query.length === 0 ? address : `${address}${address.includes('?') ? '&' : '?'}${queryText(query)}`

/** An enveloped signature after the issuer (saml-core §5.4). */
const signedForm = async (request: string, { privateKey, certificate }: KeyPair): Promise<string> => {
  const { signXml } = await import('@node-saml/node-saml/lib/xml.js')
  const root = `/*[local-name(.)='AuthnRequest']`
  return signXml(
    request,
    root,
    { reference: `${root}/*[local-name(.)='Issuer']`, action: 'after' },
    { privateKey: privateKey.reveal(), publicCert: certificate.toString(), signatureAlgorithm: 'sha256', digestAlgorithm: 'sha256' },
  )
}
