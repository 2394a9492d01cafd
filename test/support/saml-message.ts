import { constants, createCipheriv, publicEncrypt, randomBytes, type X509Certificate } from 'node:crypto'
import { signXml } from '@node-saml/node-saml/lib/xml.js'

/** What an identity provider puts into an answer; each part can be made wrong. Times are milliseconds since the epoch. */
export interface SamlAnswer {
  readonly issuer: string
  readonly destination: string
  readonly recipient: string
  readonly audience: string
  readonly inResponseTo: string | undefined
  readonly nameId: string
  readonly nameIdFormat: string
  readonly status: string
  readonly issuedAt: number
  readonly notBefore: number
  readonly notOnOrAfter: number
  readonly authenticatedAt: number
  readonly context: string
  readonly attributes: Readonly<Record<string, string | readonly string[]>>
}

/** How it is sealed. */
export interface SamlSealing {
  readonly signs: 'response' | 'assertion' | 'both' | 'nothing'
  /** In PEM. */
  readonly privateKey: string
  readonly certificate: string
  /** Whose key it is encrypted for; not at all when left out. */
  readonly encryptFor?: X509Certificate
  /** Changes the finished assertion, before it is encrypted, and the finished response. */
  readonly alterAssertion?: (xml: string) => string
  readonly alter?: (xml: string) => string
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const time = (ms: number): string => new Date(ms).toISOString()
const newId = (): string => `_${randomBytes(16).toString('hex')}`

const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol'
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const XENC = 'http://www.w3.org/2001/04/xmlenc#'
const DSIG = 'http://www.w3.org/2000/09/xmldsig#'

/** A response as identity providers write it, in XML. */
export const samlResponse = (answer: SamlAnswer, sealing: SamlSealing): string => {
  const { signs, alter = same } = sealing
  const isSuccess = answer.status.endsWith(':Success')
  const body = isSuccess ? sealedAssertion(answer, sealing) : ''
  const response =
    `<samlp:Response xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${newId()}" Version="2.0" IssueInstant="${time(answer.issuedAt)}"` +
    ` Destination="${escaped(answer.destination)}"${inResponseTo(answer)}><saml:Issuer>${escaped(answer.issuer)}</saml:Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="${escaped(answer.status)}"/></samlp:Status>${body}</samlp:Response>`
  return alter(signs === 'response' || signs === 'both' ? signed(response, 'Response', sealing) : response)
}

const same = (xml: string): string => xml

const inResponseTo = ({ inResponseTo: id }: SamlAnswer): string => (id === undefined ? '' : ` InResponseTo="${escaped(id)}"`)

const sealedAssertion = (answer: SamlAnswer, sealing: SamlSealing): string => {
  const { signs, encryptFor, alterAssertion = same } = sealing
  const written = assertion(answer)
  const made = alterAssertion(signs === 'assertion' || signs === 'both' ? signed(written, 'Assertion', sealing) : written)
  return encryptFor ? encrypted(made, encryptFor) : made
}

const assertion = (answer: SamlAnswer): string =>
  `<saml:Assertion xmlns:saml="${SAML}" ID="${newId()}" Version="2.0" IssueInstant="${time(answer.issuedAt)}">` +
  `<saml:Issuer>${escaped(answer.issuer)}</saml:Issuer><saml:Subject>` +
  `<saml:NameID Format="${escaped(answer.nameIdFormat)}">${escaped(answer.nameId)}</saml:NameID>` +
  '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">' +
  `<saml:SubjectConfirmationData NotOnOrAfter="${time(answer.notOnOrAfter)}" Recipient="${escaped(answer.recipient)}"${inResponseTo(answer)}/>` +
  '</saml:SubjectConfirmation></saml:Subject>' +
  `<saml:Conditions NotBefore="${time(answer.notBefore)}" NotOnOrAfter="${time(answer.notOnOrAfter)}"><saml:AudienceRestriction>` +
  `<saml:Audience>${escaped(answer.audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
  `<saml:AuthnStatement AuthnInstant="${time(answer.authenticatedAt)}"><saml:AuthnContext>` +
  `<saml:AuthnContextClassRef>${escaped(answer.context)}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
  `${statement(answer.attributes)}</saml:Assertion>`

const statement = (attributes: SamlAnswer['attributes']): string => {
  const all = Object.entries(attributes).map(([name, values]) => {
    const texts = [values].flat().map((value) => `<saml:AttributeValue>${escaped(value)}</saml:AttributeValue>`)
    return `<saml:Attribute Name="${escaped(name)}">${texts.join('')}</saml:Attribute>`
  })
  return all.length === 0 ? '' : `<saml:AttributeStatement>${all.join('')}</saml:AttributeStatement>`
}

const signed = (xml: string, name: string, { privateKey, certificate }: SamlSealing): string => {
  const element = `//*[local-name(.)='${name}']`
  const location = { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' } as const
  return signXml(xml, element, location, { privateKey, publicCert: certificate, signatureAlgorithm: 'sha256', digestAlgorithm: 'sha256' })
}

/** AES-256-GCM and RSA-OAEP, as xmlenc-core1 has them. */
const encrypted = (xml: string, { publicKey }: X509Certificate): string => {
  const key = randomBytes(32)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const content = Buffer.concat([nonce, cipher.update(xml, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const sealed = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, key)
  const cipherData = (bytes: Buffer) =>
    `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`
  return (
    `<saml:EncryptedAssertion xmlns:saml="${SAML}"><xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element">` +
    '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>' +
    `<ds:KeyInfo xmlns:ds="${DSIG}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${XENC}rsa-oaep-mgf1p">` +
    `<ds:DigestMethod Algorithm="${DSIG}sha1"/></xenc:EncryptionMethod>${cipherData(sealed)}</xenc:EncryptedKey></ds:KeyInfo>` +
    `${cipherData(content)}</xenc:EncryptedData></saml:EncryptedAssertion>`
  )
}
