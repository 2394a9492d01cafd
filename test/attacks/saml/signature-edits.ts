import { createHash, createHmac, sign } from 'node:crypto'
import { SAML_KEYS } from '../../support/saml-identity-provider.ts'
import { DSIG, EXCLUSIVE, RSA_SHA256 } from '../../support/xml-signer.ts'
import { attributeIn, copyOf, insertAt, type Loose, made, markupOf, named, remove, setAttribute, theFirst } from './loose.ts'
import { type Draft, type Edit, spoil } from './wrappings.ts'

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
export const XPATH = 'http://www.w3.org/TR/1999/REC-xpath-19991116'
export const XSLT = 'http://www.w3.org/TR/1999/REC-xslt-19991116'
export const ALGORITHMS = [
  ...[`${DSIG}rsa-sha1`, `${DSIG}hmac-sha1`, `${DSIG}dsa-sha1`, `${DSIG}sha1`, RSA_SHA256.replace('rsa', 'hmac'), 'none', '', RSA_SHA256],
  ...[`${EXCLUSIVE}WithComments`, C14N, `${C14N}#WithComments`, EXCLUSIVE, XPATH, XSLT, 'http://www.w3.org/2002/06/xmldsig-filter2'],
  ...['http://www.w3.org/2001/04/xmldsig-more#md5', 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1', `${DSIG}base64`, '__proto__'],
  ...['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', `${DSIG}enveloped-signature`, 'toString'],
]

/** SignedInfo by anybody's key, with a digest that fits: what is wrong with it is who signed. */
export const resigned = (signature: Loose, value: (signedInfo: string) => string): void => {
  const signedInfo = theFirst(signature, 'SignedInfo')
  const alone = copyOf(signedInfo)
  if (!alone.name.includes(':')) setAttribute(alone, 'xmlns', DSIG)
  theFirst(signature, 'SignatureValue').children = [value(markupOf(alone))]
}

export const byAnother = (text: string): string => sign('sha256', Buffer.from(text), SAML_KEYS.another.privateKey).toString('base64')

/** The mistake of taking a public certificate for a shared secret. */
export const byHmac = (text: string): string => createHmac('sha1', SAML_KEYS.provider.certificate).update(text).digest('base64')

const aSignature = ({ root, dice }: Draft): Loose => dice.oneOf(named(root, 'Signature')).node

const aCopy = (draft: Draft, name: string): readonly [Loose, Loose] => {
  const signature = aSignature(draft)
  const original = theFirst(signature, name)
  const copy = copyOf(original)
  return [signature, copy]
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64')

const keyInfo = (prefix: string): Loose =>
  made(`${prefix}KeyInfo`, {}, made(`${prefix}X509Data`, {}, made(`${prefix}X509Certificate`, {}, anothersCertificate)))

const anothersCertificate = SAML_KEYS.another.certificate.replace(/-----[A-Z ]+-----|\s/g, '')

/** Tricks with what a signature says. */
export const signatureEdits: Readonly<Record<string, Edit>> = {
  'a second SignedInfo': (draft) => {
    const [signature, copy] = aCopy(draft, 'SignedInfo')
    theFirst(copy, 'DigestValue').children = [digestOf('evil')]
    insertAt(signature, draft.dice.below(3), copy)
    spoil(draft.root, draft)
  },
  'a second Reference': (draft) => {
    const [signature, copy] = aCopy(draft, 'Reference')
    if (draft.dice.isLucky(2)) setAttribute(copy, 'URI', draft.dice.oneOf(['', '#_evil', '#other']))
    insertAt(theFirst(signature, 'SignedInfo'), draft.dice.below(4), copy)
    if (draft.dice.isLucky(2)) spoil(draft.root, draft)
  },
  'a comment in the digest': (draft) => {
    const digest = theFirst(aSignature(draft), draft.dice.oneOf(['DigestValue', 'SignatureValue']))
    const other = draft.dice.oneOf([`<!--${digestOf('evil')}-->`, `<!-- -->${digestOf('evil')}`, '<?x?>', '<![CDATA[ ]]>', '<x/>'])
    insertAt(digest, draft.dice.below(2), other)
  },
  'two digests': (draft) => {
    const [signature, copy] = aCopy(draft, draft.dice.oneOf(['DigestValue', 'DigestMethod', 'SignatureValue', 'Transforms', 'Transform']))
    if (copy.name.endsWith('Value')) copy.children = [digestOf('evil')]
    insertAt(draft.dice.oneOf([theFirst(signature, 'Reference'), signature, theFirst(signature, 'Transforms')]), draft.dice.below(4), copy)
  },
  'other digests': (draft) => {
    const value = theFirst(aSignature(draft), draft.dice.oneOf(['DigestValue', 'SignatureValue']))
    const text = value.children.map(markupOf).join('')
    const respelled = [
      '',
      `${text}=`,
      text.slice(0, -1),
      `${text.slice(0, 20)} ${text.slice(20)}`,
      text.toLowerCase(),
      digestOf(''),
      `${text}\u00a0`,
      text.replace(/=*$/, ''),
      text.replaceAll('/', '_'),
    ]
    value.children = [draft.dice.oneOf(respelled)]
    if (draft.dice.isLucky(2)) spoil(draft.root, draft)
  },
  'another algorithm': (draft) => {
    const places = ['SignatureMethod', 'DigestMethod', 'CanonicalizationMethod', 'Transform']
    setAttribute(theFirst(aSignature(draft), draft.dice.oneOf(places)), 'Algorithm', draft.dice.oneOf(ALGORITHMS))
    if (draft.dice.isLucky(2)) spoil(draft.root, draft)
  },
  'a parameter of an algorithm': (draft) => {
    const places = ['SignatureMethod', 'DigestMethod', 'CanonicalizationMethod', 'Transform']
    const method = theFirst(aSignature(draft), draft.dice.oneOf(places))
    const list = made('ec:InclusiveNamespaces', {
      'xmlns:ec': EXCLUSIVE,
      PrefixList: draft.dice.oneOf(['', 'saml', '#default', 'xml', 'saml saml', 'evil']),
    })
    method.children.push(
      draft.dice.oneOf<Loose | string>([list, made('HMACOutputLength', {}, '0'), made('XPath', {}, 'self::text()'), 'x']),
    )
  },
  'a transform more or less': (draft) => {
    const transforms = theFirst(aSignature(draft), 'Transforms')
    const [first] = transforms.children
    if (draft.dice.isLucky(2) && first !== undefined) transforms.children = transforms.children.filter((child) => child !== first)
    else
      insertAt(
        transforms,
        draft.dice.below(3),
        made(transforms.name.replace(/Transforms$/, 'Transform'), { Algorithm: draft.dice.oneOf(ALGORITHMS) }),
      )
  },
  'transforms the other way round': (draft) => {
    const transforms = theFirst(aSignature(draft), 'Transforms')
    transforms.children = transforms.children.toReversed()
  },
  'another reference': (draft) => {
    const reference = theFirst(aSignature(draft), 'Reference')
    const uri = attributeIn(reference, 'URI')
    const others = [
      '',
      '#',
      uri.slice(1),
      `#xpointer(id('${uri.slice(1)}'))`,
      '#xpointer(/)',
      `${uri} `,
      ` ${uri}`,
      `${uri.toUpperCase()}`,
      `https://evil.example/${uri}`,
      `#${attributeIn(draft.root, 'ID')}`,
      `#' or '1'='1`,
      'file:///etc/passwd',
    ]
    setAttribute(reference, 'URI', draft.dice.oneOf(others))
    if (draft.dice.isLucky(2)) spoil(draft.root, draft)
  },
  'a reference without an address': (draft) => {
    const reference = theFirst(aSignature(draft), 'Reference')
    reference.attributes = []
    if (draft.dice.isLucky(2)) spoil(draft.root, draft)
  },
  'another key by its own word': (draft) => {
    const signature = aSignature(draft)
    for (const { node } of named(signature, 'KeyInfo')) remove(signature, node)
    spoil(draft.root, draft)
    signature.children.push(keyInfo(signature.name.replace(/Signature$/, '')))
    resigned(signature, byAnother)
  },
  'another key and a digest that fits': (draft) => {
    const signature = aSignature(draft)
    resigned(signature, byAnother)
    if (draft.dice.isLucky(2)) signature.children.push(keyInfo(signature.name.replace(/Signature$/, '')))
  },
  'HMAC with the certificate for its secret': (draft) => {
    const signature = aSignature(draft)
    setAttribute(theFirst(signature, 'SignatureMethod'), 'Algorithm', `${DSIG}hmac-sha1`)
    resigned(signature, byHmac)
  },
  'an Object, a Manifest': (draft) => {
    const signature = aSignature(draft)
    const prefix = signature.name.replace(/Signature$/, '')
    const [, reference] = aCopy(draft, 'Reference')
    const manifest = made(`${prefix}Manifest`, { Id: 'manifest' }, reference)
    insertAt(signature, draft.dice.below(signature.children.length + 1), made(`${prefix}Object`, {}, manifest))
    if (draft.dice.isLucky(2)) setAttribute(theFirst(theFirst(signature, 'SignedInfo'), 'Reference'), 'URI', '#manifest')
  },
  'two signatures': (draft) => {
    const { node, parent } = draft.dice.oneOf(named(draft.root, 'Signature'))
    if (!parent) return
    const copy = copyOf(node)
    if (draft.dice.isLucky(2)) resigned(copy, byAnother)
    insertAt(parent, draft.dice.below(parent.children.length + 1), copy)
    if (draft.dice.isLucky(2)) spoil(draft.root, draft)
  },
  "another answer's signature": (draft) => {
    const { node, parent } = draft.dice.oneOf(named(draft.root, 'Signature'))
    const foreign = named(draft.dice.oneOf(draft.others), 'Signature').map((one) => one.node)
    if (!parent || foreign.length === 0) return
    parent.children = parent.children.map((child) => (child === node ? copyOf(draft.dice.oneOf(foreign)) : child))
  },
}
