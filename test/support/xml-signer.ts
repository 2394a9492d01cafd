import { createHash, createPrivateKey, sign } from 'node:crypto'
import { type HashAlgorithm, type SignatureAlgorithm, SignedXml } from 'xml-crypto'

export const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
export const ENVELOPED = `${DSIG}enveloped-signature`
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
export const RSA_SHA256 = `${MORE}rsa-sha256`
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'

/** How somebody signs; what is left out is as identity providers do it. */
export interface Signing {
  /** In PEM; with HMAC the shared secret. */
  readonly privateKey: string
  readonly method?: string
  readonly digest?: string
  readonly canonicalization?: string
  readonly transforms?: readonly string[]
  readonly prefixes?: readonly string[]
  /** XPaths: what is signed, each by a reference of its own; and what the signature stands behind. */
  readonly signed: string | readonly string[]
  readonly after: string
  readonly prefix?: string
  /** Makes the references point to the whole document. */
  readonly wholeDocument?: boolean
  readonly withKeyInfo?: string
  readonly objects?: readonly string[]
}

/** The element of this name, as an XPath. */
export const element = (name: string): string => `//*[local-name(.)='${name}']`

/** XML with an enveloped signature in it, made by the library that other people verify with. */
export const signedXml = (xml: string, signing: Signing): string => {
  const { privateKey, method = RSA_SHA256, canonicalization = EXCLUSIVE, withKeyInfo, objects = [] } = signing
  const signer = new SignedXml({
    privateKey,
    signatureAlgorithm: method,
    canonicalizationAlgorithm: canonicalization,
    objects: objects.map((content) => ({ content })),
    ...(withKeyInfo && { publicCert: withKeyInfo }),
  })
  if (method.endsWith('hmac-sha1')) signer.enableHMAC()
  else signer.SignatureAlgorithms = { ...signer.SignatureAlgorithms, ...others(privateKey) }
  signer.HashAlgorithms = { ...signer.HashAlgorithms, [`${MORE}sha384`]: sha384 }
  for (const xpath of [signing.signed].flat()) signer.addReference({ xpath, ...referenceOf(signing) })
  signer.computeSignature(xml, {
    location: { reference: signing.after, action: 'after' },
    ...(signing.prefix && { prefix: signing.prefix }),
  })
  return signing.prefixes ? withPrefixesWhereTheyBelong(signer.getSignedXml(), signing) : signer.getSignedXml()
}

/** The library writes the list into every transform; it belongs to the canonical form alone, and SignedInfo is signed again. */
const withPrefixesWhereTheyBelong = (xml: string, { privateKey, prefixes = [] }: Signing): string => {
  const list = `<InclusiveNamespaces xmlns="${EXCLUSIVE}" PrefixList="${prefixes.join(' ')}"/>`
  const moved = xml
    .replaceAll(/<InclusiveNamespaces[^>]*>/g, '')
    .replace(`<Transform Algorithm="${EXCLUSIVE}"></Transform>`, `<Transform Algorithm="${EXCLUSIVE}">${list}</Transform>`)
  return signedAgain(moved, privateKey)
}

/** Signs SignedInfo anew, as it stands there: without a prefix, and with nothing in it that is not canonical but empty tags. */
export const signedAgain = (xml: string, privateKey: string): string => {
  const [signedInfo = ''] = /<SignedInfo>.*?<\/SignedInfo>/s.exec(xml) ?? []
  const canonical = signedInfo.replace('<SignedInfo>', `<SignedInfo xmlns="${DSIG}">`).replace(/<(\w+)([^>]*)\/>/g, '<$1$2></$1>')
  const value = sign('sha256', Buffer.from(canonical), privateKey).toString('base64')
  return xml.replace(/<SignatureValue>[^<]*/, `<SignatureValue>${value}`)
}

const referenceOf = ({ transforms = [ENVELOPED, EXCLUSIVE], digest = SHA256, prefixes = [], wholeDocument = false }: Signing) => ({
  transforms,
  digestAlgorithm: digest,
  inclusiveNamespacesPrefixList: [...prefixes],
  isEmptyUri: wholeDocument,
})

/** What the library does not have. */
const others = (privateKey: string): Record<string, new () => SignatureAlgorithm> =>
  Object.fromEntries(
    ['rsa-sha384', 'ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512'].map((name) => [
      MORE + name,
      class {
        getAlgorithmName = () => MORE + name
        verifySignature = () => false
        getSignature = (text: unknown) => {
          const key = { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' as const }
          return sign(name.replace(/^.*-/, ''), Buffer.from(String(text)), key).toString('base64')
        }
      },
    ]),
  )

const sha384: new () => HashAlgorithm = class {
  getAlgorithmName = () => `${MORE}sha384`
  getHash = (text: string) => createHash('sha384').update(text).digest('base64')
}
