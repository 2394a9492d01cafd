import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { signXml } from '@node-saml/node-saml/lib/xml.js'
import type { Departure } from '#connections/connection.ts'
import { attributeOf, readStrictly, type StrictElement } from '#lib/strict-xml.ts'
import { selfSignedCertificate } from '../../src/tokens/self-signed-certificate.ts'
import { type SamlAnswer, type SamlSealing, samlResponse } from './saml-message.ts'

const ONE_YEAR_MS = 365 * 24 * 60 * 60_000
const FIVE_MINUTES_MS = 5 * 60_000

/** A key and its certificate, both in PEM. */
export const samlKeyPair = (now: number, { commonName = 'saml', lastsMs = ONE_YEAR_MS } = {}) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const certificate = selfSignedCertificate({
    commonName,
    serial: randomBytes(16),
    notBefore: now - ONE_YEAR_MS,
    notAfter: now + lastsMs,
    publicKey,
    privateKey,
  })
  return { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate }
}

export type SamlKeyPair = ReturnType<typeof samlKeyPair>

/** Somebody's key and certificate that many tests share, because keys take long to make. */
export const SAML_KEYS = {
  provider: samlKeyPair(Date.parse('2026-01-01T00:00:00Z'), { lastsMs: 20 * ONE_YEAR_MS }),
  another: samlKeyPair(Date.parse('2026-01-01T00:00:00Z'), { lastsMs: 20 * ONE_YEAR_MS }),
  ours: samlKeyPair(Date.parse('2026-01-01T00:00:00Z'), { lastsMs: 20 * ONE_YEAR_MS }),
}

/** Who signs in there when nothing else is said. */
export const ANNA_SAML = {
  nameId: 'a-0001',
  nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  attributes: {
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress': 'anna@acme.example',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname': 'Anna',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname': 'Acker',
    groups: ['staff', 'sales'],
  },
} as const satisfies Partial<SamlAnswer>

export interface SamlProviderOptions {
  readonly issuer: string
  /** Where people sign in. */
  readonly signInUrl: string
  readonly metadataUrl: string
  readonly now: () => number
  readonly keys?: SamlKeyPair
  readonly binding?: 'redirect' | 'post'
  readonly signs?: SamlSealing['signs']
  readonly encryptFor?: X509Certificate
  /** What all its answers say besides. */
  readonly says?: Partial<SamlAnswer>
  readonly wantsSignedRequests?: boolean
  /** Whose signature is on its metadata. */
  readonly metadataSignedBy?: SamlKeyPair
}

type Change = Partial<SamlAnswer> & Partial<SamlSealing>

/** A pretend identity provider: what it publishes, and what it answers to a departure. */
export const samlIdentityProvider = (options: SamlProviderOptions) => {
  let keys = options.keys ?? SAML_KEYS.provider
  let published: readonly SamlKeyPair[] = [keys]
  let isAway = false
  let validUntil: number | undefined
  const calls: string[] = []
  const metadata = (): string => signedBy(metadataOf(options, { published, validUntil }), options.metadataSignedBy)
  const answerTo = (departure: Departure, change: Change = {}): URL => {
    const asked = requestIn(departure)
    const xml = samlResponse({ ...usualAnswer(asked, options), ...options.says, ...change }, { ...sealingOf(options, keys), ...change })
    return comingBack(asked, Buffer.from(xml).toString('base64'))
  }
  return {
    issuer: options.issuer,
    signInUrl: options.signInUrl,
    metadataUrl: options.metadataUrl,
    calls,
    metadata,
    certificate: () => keys.certificate,
    /** The address the browser comes back to, with the fields of its form in the query. */
    agree: answerTo,
    /** Somebody who began over there: the fields of a form for this address. */
    unasked: (callback: string, audience: string, change: Change = {}) => {
      const addressed = { destination: callback, recipient: callback, audience, inResponseTo: undefined }
      const answer = { ...usualParts(options), ...addressed, ...options.says, ...change }
      return { SAMLResponse: Buffer.from(samlResponse(answer, { ...sealingOf(options, keys), ...change })).toString('base64') }
    },
    refuse: (departure: Departure): URL => answerTo(departure, { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
    cutOff: () => {
      isAway = true
    },
    comeBack: () => {
      isAway = false
    },
    /** Signs with another key from now on; says so in its metadata unless it keeps quiet. */
    rotate: (next: SamlKeyPair, { quietly = false } = {}) => {
      keys = next
      if (!quietly) published = [next]
    },
    expire: (at: number) => {
      validUntil = at
    },
    fetch: async (input: string | URL | Request): Promise<Response> => {
      const url = input instanceof Request ? input.url : String(input)
      calls.push(url)
      if (isAway) throw new TypeError('fetch failed')
      return url === options.metadataUrl ? new Response(metadata()) : new Response('no', { status: 404 })
    },
  }
}

interface Asked {
  readonly request: StrictElement
  readonly relayState: string
}

/** The request of a departure by either binding. */
export const requestIn = ({ location, fields }: Departure): Asked => {
  const query = new URL(location).searchParams
  const message = Buffer.from(fields?.['SAMLRequest'] ?? query.get('SAMLRequest') ?? '', 'base64')
  const xml = fields ? message : inflateRawSync(message)
  return { request: readStrictly(xml), relayState: fields?.['RelayState'] ?? query.get('RelayState') ?? '' }
}

const usualAnswer = ({ request }: Asked, options: SamlProviderOptions): SamlAnswer => {
  const callback = attributeOf(request, 'AssertionConsumerServiceURL') ?? ''
  const [asker] = request.children.filter((child) => typeof child !== 'string').filter(({ name }) => name === 'Issuer')
  return {
    ...usualParts(options),
    destination: callback,
    recipient: callback,
    audience: String(asker?.children[0] ?? ''),
    inResponseTo: attributeOf(request, 'ID') ?? '',
  }
}

const usualParts = ({ issuer, now }: SamlProviderOptions) =>
  ({
    issuer,
    status: 'urn:oasis:names:tc:SAML:2.0:status:Success',
    issuedAt: now(),
    notBefore: now() - FIVE_MINUTES_MS,
    notOnOrAfter: now() + FIVE_MINUTES_MS,
    authenticatedAt: now(),
    context: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    ...ANNA_SAML,
  }) as const

const sealingOf = ({ signs = 'assertion', encryptFor }: SamlProviderOptions, keys: SamlKeyPair): SamlSealing => ({
  signs,
  ...keys,
  ...(encryptFor && { encryptFor }),
})

const comingBack = ({ request, relayState }: Asked, message: string): URL => {
  const back = new URL(attributeOf(request, 'AssertionConsumerServiceURL') ?? '')
  back.searchParams.set('SAMLResponse', message)
  back.searchParams.set('RelayState', relayState)
  return back
}

interface Published {
  readonly published: readonly SamlKeyPair[]
  readonly validUntil: number | undefined
}

const metadataOf = (options: SamlProviderOptions, { published, validUntil }: Published): string => {
  const certificates = published.map(({ certificate }) => new X509Certificate(certificate).raw.toString('base64'))
  const binding = options.binding === 'post' ? 'HTTP-POST' : 'HTTP-Redirect'
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${options.issuer}"${validUntil === undefined ? '' : ` validUntil="${new Date(validUntil).toISOString()}"`}>
  <IDPSSODescriptor WantAuthnRequestsSigned="${options.wantsSignedRequests === true}" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
${certificates.map(keyDescriptor).join('\n')}
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${options.signInUrl}"/>
  </IDPSSODescriptor>
</EntityDescriptor>
`
}

const signedBy = (metadata: string, keys: SamlKeyPair | undefined): string => {
  if (!keys) return metadata
  const root = `/*[local-name(.)='EntityDescriptor']`
  const { privateKey, certificate: publicCert } = keys
  const how = { privateKey, publicCert, signatureAlgorithm: 'sha256', digestAlgorithm: 'sha256' } as const
  return signXml(
    metadata.replace('<EntityDescriptor', '<EntityDescriptor ID="_metadata"'),
    root,
    { reference: root, action: 'prepend' },
    how,
  )
}

const keyDescriptor = (certificate: string): string =>
  `    <KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
${certificate}
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`
