import { SAML_KEYS } from '../../support/saml-identity-provider.ts'
import { DSIG, ENVELOPED, EXCLUSIVE } from '../../support/xml-signer.ts'
import { copyOf, insertAt, type Loose, made, markupOf, named, remove, setAttribute, theFirst } from './loose.ts'
import { CEO, edited, forged, namesTheCeo, type Published, respelled, signedAs } from './published.ts'
import { byAnother, byHmac, resigned, XPATH, XSLT } from './signature-edits.ts'

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
const EMPTY_SHA256 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

/** Signed by somebody else, for somebody else, with a digest of nothing in particular. */
const ofAnother = edited((root) => {
  namesTheCeo(root)
  resigned(theFirst(root, 'Signature'), byAnother)
})

const inSignature = (change: (signature: Loose, root: Loose) => void) => edited((root) => change(theFirst(root, 'Signature'), root))

const keyInfo = (...content: readonly (Loose | string)[]): Loose => made('KeyInfo', {}, ...content)

const method = (name: string, algorithm: string) =>
  inSignature((signature) => setAttribute(theFirst(signature, name), 'Algorithm', algorithm))

/** Tricks with signatures and keys. */
export const publishedSignatures: readonly Published[] = [
  { name: 'a self-signed certificate in KeyInfo (CVE-2024-32962, xml-crypto)', make: ofAnother, reason: 'xml signature' },
  {
    name: 'a bare key in KeyInfo (CVE-2021-21239, PySAML2; CVE-2023-48703, go-saml)',
    make: inSignature((signature, root) => {
      namesTheCeo(root)
      for (const { node } of named(signature, 'KeyInfo')) remove(signature, node)
      signature.children.push(
        keyInfo(made('KeyValue', {}, made('RSAKeyValue', {}, made('Modulus', {}, 'AQAB'), made('Exponent', {}, 'AQAB')))),
      )
      resigned(signature, byAnother)
    }),
    reason: 'xml signature',
  },
  {
    name: 'a key that is fetched (RetrievalMethod, server-side request forgery)',
    make: inSignature((signature, root) => {
      namesTheCeo(root)
      for (const { node } of named(signature, 'KeyInfo')) remove(signature, node)
      signature.children.push(keyInfo(made('RetrievalMethod', { URI: 'http://127.0.0.1:9/key' })))
    }),
    reason: 'xml signature',
  },
  {
    name: 'no certificate is taken for a valid one (CVE-2020-2021, PAN-OS)',
    make: inSignature((signature, root) => {
      namesTheCeo(root)
      for (const { node } of named(signature, 'KeyInfo')) remove(signature, node)
    }),
    reason: 'xml signature',
  },
  {
    name: 'no signature at all (signature exclusion)',
    make: edited((root) => {
      const assertion = theFirst(root, 'Assertion')
      remove(assertion, theFirst(assertion, 'Signature'))
      namesTheCeo(root)
    }),
    reason: 'unsigned',
  },
  {
    name: 'no signature of the response either',
    kind: 'response signed',
    make: edited((root) => {
      remove(root, theFirst(root, 'Signature'))
      namesTheCeo(root)
    }),
    reason: 'unsigned',
  },
  {
    name: 'of two signatures only the assertion keeps one, and the response is changed',
    kind: 'both signed',
    make: edited((root) => {
      const { node } = named(root, 'Signature').find(({ parent }) => parent === root) ?? { node: root }
      remove(root, node)
      setAttribute(root, 'Destination', 'https://evil.example/')
    }),
    reason: 'Destination',
  },
  {
    name: 'an empty signature',
    make: inSignature((signature) => {
      signature.children = []
    }),
    reason: 'xml signature_shape',
  },
  {
    name: 'an empty SignatureValue',
    make: inSignature((signature) => {
      theFirst(signature, 'SignatureValue').children = []
    }),
    reason: 'xml base64',
  },
  {
    name: 'a signature of zeros (CVE-2022-21449, ECDSA in Java)',
    make: inSignature((signature) => {
      setAttribute(theFirst(signature, 'SignatureMethod'), 'Algorithm', 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256')
      theFirst(signature, 'SignatureValue').children = [Buffer.alloc(64).toString('base64')]
    }),
    reason: 'xml signature',
  },
  {
    name: 'an error while verifying passes for a yes (CVE-2016-9814, SimpleSAMLphp; CVE-2018-7644)',
    make: inSignature((signature) => {
      theFirst(signature, 'SignatureValue').children = ['AA==']
    }),
    reason: 'xml signature',
  },
  {
    name: 'two SignedInfo, one to verify and one to read (CVE-2025-29774, xml-crypto)',
    make: inSignature((signature, root) => {
      const copy = copyOf(theFirst(signature, 'SignedInfo'))
      theFirst(copy, 'DigestValue').children = [EMPTY_SHA256]
      insertAt(signature, 0, copy)
      namesTheCeo(root)
    }),
    reason: 'xml signature_shape',
  },
  {
    name: 'a comment in the digest (CVE-2025-29775, xml-crypto)',
    make: inSignature((signature, root) => {
      insertAt(theFirst(signature, 'DigestValue'), 0, `<!--${EMPTY_SHA256}-->`)
      namesTheCeo(root)
    }),
    reason: 'xml comment',
  },
  {
    name: 'a digest smuggled in before the signature (CVE-2024-45409, ruby-saml)',
    make: edited((root) => {
      const digest = made('DigestValue', { xmlns: DSIG }, EMPTY_SHA256)
      theFirst(root, 'Status').children.push(made('samlp:StatusDetail', {}, digest))
      namesTheCeo(root)
    }),
    reason: 'xml signature',
  },
  {
    name: 'a canonical form of nothing has the digest of nothing (CVE-2025-66568, ruby-saml)',
    make: edited((root) => {
      theFirst(root, 'DigestValue').children = [EMPTY_SHA256]
      setAttribute(theFirst(root, 'Assertion'), 'xmlns:ns', '1')
      namesTheCeo(root)
    }),
    reason: 'xml namespace',
  },
  {
    name: 'two references, the second to what is read',
    make: inSignature((signature, root) => {
      const copy = copyOf(theFirst(signature, 'Reference'))
      setAttribute(copy, 'URI', '#_evil')
      theFirst(signature, 'SignedInfo').children.push(copy)
      root.children.push(forged(theFirst(root, 'Assertion')))
    }),
    reason: '2 of Assertion in Response',
  },
  {
    name: 'signed, with two references',
    make: signedAs({ signed: ["//*[local-name(.)='Assertion']", "//*[local-name(.)='Status']"] }),
    reason: 'xml signature_shape',
  },
  { name: 'a reference to the whole document', make: signedAs({ wholeDocument: true }), reason: 'xml reference' },
  {
    name: 'a reference by XPointer (CVE-2013-2153, Apache Santuario C++)',
    make: inSignature((signature) => setAttribute(theFirst(signature, 'Reference'), 'URI', "#xpointer(id('_evil'))")),
    reason: 'xml reference',
  },
  {
    name: 'a reference with a quote in it (XPath injection)',
    make: inSignature((signature) => setAttribute(theFirst(signature, 'Reference'), 'URI', "#x' or '1'='1")),
    reason: 'xml reference',
  },
  {
    name: 'a reference to a file (server-side request forgery)',
    make: inSignature((signature) => setAttribute(theFirst(signature, 'Reference'), 'URI', 'file:///etc/passwd')),
    reason: 'xml reference',
  },
  {
    name: 'an ID that is an expression',
    make: edited((root) => {
      setAttribute(theFirst(root, 'Assertion'), 'ID', "x' or '1'='1")
      setAttribute(theFirst(root, 'Reference'), 'URI', "#x' or '1'='1")
    }),
    reason: 'xml reference',
  },
  {
    name: 'a transform by XSLT runs code (CVE-2022-47966, ManageEngine)',
    make: inSignature((signature) => {
      const [, exclusive] = named(signature, 'Transform')
      if (exclusive) setAttribute(exclusive.node, 'Algorithm', XSLT)
    }),
    reason: 'xml algorithm',
  },
  {
    name: 'a transform by XPath leaves out what is read',
    make: inSignature((signature) => {
      const transforms = theFirst(signature, 'Transforms')
      transforms.children.push(made('Transform', { Algorithm: XPATH }, made('XPath', {}, 'not(ancestor-or-self::*)')))
    }),
    reason: 'xml signature_shape',
  },
  {
    name: 'hundreds of transforms (CVE-2021-39171, passport-saml)',
    make: inSignature((signature) => {
      theFirst(signature, 'Transforms').children.push(...Array.from({ length: 500 }, () => made('Transform', { Algorithm: EXCLUSIVE })))
    }),
    reason: 'xml signature_shape',
  },
  { name: 'no transform but the first', make: signedAs({ transforms: [ENVELOPED] }), reason: 'xml signature_shape' },
  {
    name: 'a canonical form that keeps comments',
    make: signedAs({ transforms: [ENVELOPED, `${EXCLUSIVE}WithComments`] }),
    reason: 'xml algorithm',
  },
  { name: 'the inclusive canonical form', make: signedAs({ transforms: [ENVELOPED, C14N] }), reason: 'xml algorithm' },
  {
    name: 'a canonical form of their own for SignedInfo (CVE-2013-2172, Apache Santuario Java)',
    make: method('CanonicalizationMethod', 'urn:evil:returns-what-verifies'),
    reason: 'xml algorithm',
  },
  {
    name: 'a list of prefixes without end (CVE-2013-2156, Apache Santuario C++)',
    make: signedAs({ prefixes: Array.from({ length: 40 }, (_, n) => `p${n}`) }),
    reason: 'xml prefix_list',
  },
  { name: 'the default namespace in the list of prefixes', make: signedAs({ prefixes: ['#default'] }), reason: 'xml prefix_list' },
  { name: 'SHA-1, signed by the provider itself (SHAttered)', make: signedAs({ method: `${DSIG}rsa-sha1` }), reason: 'xml algorithm' },
  { name: 'a digest by SHA-1, signed by the provider itself', make: signedAs({ digest: `${DSIG}sha1` }), reason: 'xml algorithm' },
  { name: 'MD5', make: method('DigestMethod', 'http://www.w3.org/2001/04/xmldsig-more#md5'), reason: 'xml algorithm' },
  {
    name: 'HMAC with the certificate for its secret (CVE-2025-48994, signxml)',
    make: inSignature((signature, root) => {
      namesTheCeo(root)
      setAttribute(theFirst(signature, 'SignatureMethod'), 'Algorithm', `${DSIG}hmac-sha1`)
      resigned(signature, byHmac)
    }),
    reason: 'xml algorithm',
  },
  {
    name: 'an HMAC of no bits (CVE-2009-0217, XML Signature itself)',
    make: inSignature((signature) => {
      const found = theFirst(signature, 'SignatureMethod')
      setAttribute(found, 'Algorithm', `${DSIG}hmac-sha1`)
      found.children.push(made('HMACOutputLength', {}, '0'))
    }),
    reason: 'xml signature_shape',
  },
  {
    name: 'an algorithm by the name of an inherited property',
    make: method('SignatureMethod', 'constructor'),
    reason: 'xml algorithm',
  },
  {
    name: 'a Manifest vouches for what is read',
    make: inSignature((signature) => {
      const manifest = made('Manifest', { Id: 'manifest' }, copyOf(theFirst(signature, 'Reference')))
      signature.children.push(made('Object', {}, manifest))
      setAttribute(theFirst(theFirst(signature, 'SignedInfo'), 'Reference'), 'URI', '#manifest')
    }),
    reason: 'xml signature_shape',
  },
  {
    name: 'an Object that nobody signed',
    make: inSignature((signature) => {
      signature.children.push(made('Object', {}, made('saml:NameID', {}, CEO)))
    }),
    reason: 'xml signature_shape',
  },
  {
    name: 'a signature within the name, removed with the text around it',
    make: edited((root) => {
      const signature = theFirst(root, 'Signature')
      remove(theFirst(root, 'Assertion'), signature)
      theFirst(root, 'NameID').children.push(signature)
    }),
    reason: 'something out of place',
  },
  {
    name: "another answer's signature",
    make: edited((root, { others }) => {
      const foreign = /<Signature .*<\/Signature>/s.exec(others[2] ?? '')?.[0] ?? ''
      const assertion = theFirst(root, 'Assertion')
      assertion.children = assertion.children.map((child) => (typeof child !== 'string' && child.name === 'Signature' ? foreign : child))
    }),
    reason: 'xml reference',
  },
  {
    name: 'a signature by a provider of another connection',
    make: signedAs({ privateKey: SAML_KEYS.another.privateKey }),
    reason: 'xml signature',
  },
  {
    name: 'base64 that is read in two ways',
    make: respelled('</SignatureValue>', '=</SignatureValue>'),
    reason: 'xml base64',
  },
  {
    name: 'a prefix of SignedInfo that nobody declared (xml-crypto knows ds by itself)',
    make: ({ xml }) => xml.replace(`<Signature xmlns="${DSIG}">`, '<ds:Signature>').replace('</Signature>', '</ds:Signature>'),
    reason: 'xml namespace',
  },
  {
    name: 'an attribute whose name only begins as a declaration (xml-crypto leaves it out of the canonical form)',
    make: edited((root) => setAttribute(theFirst(root, 'NameID'), 'xmlnsFormat', markupOf(CEO))),
    reason: 'xml name',
  },
  {
    name: 'an attribute whose prefix list makes a declaration of it (xml-crypto)',
    make: (sample) => signedAs({ prefixes: ['saml'] })(sample).replace('<saml:NameID ', '<saml:NameID xmlns:e="urn:e" e:saml="urn:evil" '),
    reason: 'xml signature',
  },
]
