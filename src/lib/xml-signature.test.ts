import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { element, ENVELOPED, EXCLUSIVE, RSA_SHA256, type Signing, signedXml } from '../../test/support/xml-signer.ts'
import { elementsIn, readStrictly, type StrictElement, textIn } from './strict-xml.ts'
import { type XmlRefusal, XmlRefused } from './xml-refused.ts'
import { verifySigned } from './xml-signature.ts'

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

const KEY = rsa(2_048)
const ANOTHER = rsa(2_048)
const keysOf = (...keys: readonly KeyObject[]): readonly KeyObject[] => keys.map((key) => createPublicKey(key))

const LETTER =
  '<p:Letter xmlns:p="urn:post" xmlns:m="urn:mail" ID="letter"><m:Note ID="note"><m:To>anna</m:To>\n  <m:Text lang=\'de\'>a &lt; b\u2028\u0085 &#13; ü</m:Text></m:Note></p:Letter>'
const AFTER_TO: Signing = { privateKey: pem(KEY), signed: element('Note'), after: element('To') }

/** The signer reads as XML 1.1 does; what it would make line feeds of is written as references for it. */
const noteSigned = (how: Partial<Signing> = {}): string =>
  signedXml(LETTER.replace('\u2028', '&#x2028;').replace('\u0085', '&#x85;'), { ...AFTER_TO, ...how })

const noteIn = (text: string): StrictElement => {
  const found = elementsIn(readStrictly(text)).find(({ name }) => name === 'Note')
  assert.ok(found)
  return found
}

const refusesWith = (reason: XmlRefusal) => (error: unknown) => {
  assert.ok(error instanceof XmlRefused, String(error))
  assert.equal(error.reason, reason)
  return true
}

test('what was signed is returned as it was signed, and nothing else of the document', () => {
  const signed = verifySigned(noteIn(noteSigned()), keysOf(KEY))
  assert.equal(signed.name, 'Note')
  assert.deepEqual(
    elementsIn(signed).map(({ name }) => name),
    ['To', 'Text'],
    'without its signature',
  )
  assert.equal(elementsIn(signed).map(textIn)[1], 'a < b\u2028\u0085 \r ü')
})

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const ENCRYPTION = 'http://www.w3.org/2001/04/xmlenc#'
const methods: readonly (readonly [string, KeyObject])[] = [
  ['rsa-sha256', KEY],
  ['rsa-sha384', KEY],
  ['rsa-sha512', rsa(3_072)],
  ['ecdsa-sha256', ec('P-256')],
  ['ecdsa-sha384', ec('P-384')],
  ['ecdsa-sha512', ec('P-521')],
]

for (const [name, key] of methods)
  for (const digest of [`${ENCRYPTION}sha256`, `${MORE}sha384`, `${ENCRYPTION}sha512`])
    test(`${name} with ${digest.replace(/.*#/, '')} is believed of the key that signed, and of no other`, () => {
      const note = noteIn(noteSigned({ privateKey: pem(key), method: MORE + name, digest }))
      const another = key.asymmetricKeyType === 'ec' ? ec('P-256') : ANOTHER
      assert.ok(verifySigned(note, keysOf(another, key)), 'the second of two keys counts')
      assert.throws(() => verifySigned(note, keysOf(another)), refusesWith('signature'))
      assert.throws(() => verifySigned(note, []), refusesWith('signature'))
    })

test('prefixes that values use are kept with what was signed', () => {
  const signed = verifySigned(noteIn(noteSigned({ prefixes: ['p'] })), keysOf(KEY))
  assert.equal(signed.scope.get('p'), 'urn:post')
  assert.equal(verifySigned(noteIn(noteSigned()), keysOf(KEY)).scope.get('p'), undefined)
})

test('the respelling of a document changes nothing', () => {
  const text = noteSigned()
  const respelled = [
    text.replace('<m:Note ID="note">', "<m:Note\n  ID = 'n&#111;te' >"),
    text.replace('ID="letter"', 'ID="another"').replace('<p:Letter ', '<p:Letter xmlns:more="urn:more" '),
    text.replace('</Signature>', '<KeyInfo><KeyName>whoever</KeyName></KeyInfo></Signature>'),
    text.replace('&lt; b\u2028', '&#60; b&#x2028;'),
  ]
  const meant = JSON.stringify(verifySigned(noteIn(text), keysOf(KEY)).children)
  for (const one of respelled) {
    assert.notEqual(one, text)
    assert.equal(JSON.stringify(verifySigned(noteIn(one), keysOf(KEY)).children), meant)
  }
})

const changed = (from: string | RegExp, to: string, text = noteSigned()): string => {
  const result = text.replace(from, to)
  assert.notEqual(result, text, `nothing was changed by ${from}`)
  return result
}
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const SIGNED_INFO = /<SignedInfo>.*<\/SignedInfo>/s

const refusals: Readonly<Record<string, readonly [() => string, XmlRefusal]>> = {
  'a changed text': [() => changed('>anna<', '>otto<'), 'signature'],
  'a changed value': [() => changed(/lang=.de./, 'lang="en"'), 'signature'],
  'another attribute': [() => changed('<m:To>', '<m:To also="otto">'), 'signature'],
  'white space more': [() => changed('<m:To>', ' <m:To>'), 'signature'],
  'no signature': [() => LETTER, 'unsigned'],
  'a signature of something around it': [() => signedXml(LETTER, { ...AFTER_TO, signed: element('Letter') }), 'reference'],
  'a signature further down': [() => changed(/(<Signature.*<\/Signature>)/s, '<m:Deep>$1</m:Deep>'), 'unsigned'],
  'a signature of another namespace': [() => changed(new RegExp(DSIG, 'g'), 'urn:signature#'), 'unsigned'],
  'two signatures': [() => changed(/(<Signature.*<\/Signature>)/s, '$1$1'), 'signature_shape'],
  'two SignedInfo': [() => changed(/(<SignedInfo.*<\/SignedInfo>)/s, '$1$1'), 'signature_shape'],
  'an Object': [() => changed('</Signature>', '<Object/></Signature>'), 'signature_shape'],
  'two KeyInfo': [() => changed('</Signature>', '<KeyInfo/><KeyInfo/></Signature>'), 'signature_shape'],
  'a KeyInfo before the value': [() => changed('<SignatureValue>', '<KeyInfo/><SignatureValue>'), 'signature_shape'],
  'text in a signature': [() => changed('<SignatureValue>', 'x<SignatureValue>'), 'markup'],
  'no SignatureValue': [() => changed(/<SignatureValue>.*<\/SignatureValue>/s, ''), 'signature_shape'],
  'no SignedInfo': [() => changed(SIGNED_INFO, ''), 'signature_shape'],
  'an empty SignatureValue': [() => changed(/(<SignatureValue>).*(<\/SignatureValue>)/s, '$1$2'), 'base64'],
  'a signature that is too long': [() => changed('<SignatureValue>', `<SignatureValue>${' '.repeat(16_384)}`), 'size'],
  'a SignatureValue that is no base64': [() => changed('<SignatureValue>', '<SignatureValue>!'), 'base64'],
  'an element in SignatureValue': [() => changed('<SignatureValue>', '<SignatureValue><x/>'), 'markup'],
  'two references': [() => noteSigned({ signed: [element('Note'), element('Note')] }), 'signature_shape'],
  'no reference': [() => changed(/<Reference.*<\/Reference>/s, ''), 'signature_shape'],
  'a reference to all': [() => noteSigned({ wholeDocument: true }), 'reference'],
  'a reference to another element': [() => changed('URI="#note"', 'URI="#letter"'), 'reference'],
  'a reference without a number sign': [() => changed('URI="#note"', 'URI="note"'), 'reference'],
  'a reference by XPointer': [() => changed('URI="#note"', 'URI="#xpointer(id(&apos;note&apos;))"'), 'reference'],
  'a reference elsewhere': [() => changed('URI="#note"', 'URI="https://evil.example/#note"'), 'reference'],
  'a reference without an address': [() => changed(' URI="#note"', ''), 'signature_shape'],
  'a reference with a type': [() => changed('URI="#note"', 'URI="#note" Type="x"'), 'signature_shape'],
  'an id that is no name': [() => changed(/note"/g, 'no\'te"'), 'reference'],
  'an element without an id': [() => changed(' ID="note"', ''), 'reference'],
  'an id of another name': [() => changed(' ID="note"', ' Id="note"'), 'reference'],
  'no transforms': [() => changed(/<Transforms>.*<\/Transforms>/s, ''), 'signature_shape'],
  'one transform': [() => noteSigned({ transforms: [ENVELOPED] }), 'signature_shape'],
  'transforms the other way round': [() => noteSigned({ transforms: [EXCLUSIVE, ENVELOPED] }), 'algorithm'],
  'a transform more': [() => noteSigned({ transforms: [ENVELOPED, EXCLUSIVE, EXCLUSIVE] }), 'signature_shape'],
  'a transform by XPath': [
    () => changed(`<Transform Algorithm="${EXCLUSIVE}"/>`, '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>'),
    'algorithm',
  ],
  'inclusive canonical form': [() => noteSigned({ transforms: [ENVELOPED, C14N] }), 'algorithm'],
  'a canonical form with comments': [() => noteSigned({ canonicalization: `${EXCLUSIVE}WithComments` }), 'algorithm'],
  'an inclusive canonical form of SignedInfo': [() => noteSigned({ canonicalization: C14N }), 'algorithm'],
  'a default namespace in the prefix list': [() => noteSigned({ prefixes: ['#default'] }), 'prefix_list'],
  'xml in the prefix list': [() => noteSigned({ prefixes: ['xml'] }), 'prefix_list'],
  'a prefix twice in the list': [() => noteSigned({ prefixes: ['p', 'p'] }), 'prefix_list'],
  'SHA-1': [() => noteSigned({ method: `${DSIG}rsa-sha1` }), 'algorithm'],
  'a digest by SHA-1': [() => noteSigned({ digest: `${DSIG}sha1` }), 'algorithm'],
  'a digest too short': [() => changed(/<DigestValue>.*<\/DigestValue>/, '<DigestValue>AAAA</DigestValue>'), 'base64'],
  'HMAC with the certificate for its secret': [
    () => noteSigned({ method: `${DSIG}hmac-sha1`, privateKey: createPublicKey(KEY).export({ type: 'spki', format: 'pem' }).toString() }),
    'algorithm',
  ],
  'an output length': [
    () => changed(`${RSA_SHA256}"/>`, `${RSA_SHA256}"><HMACOutputLength>8</HMACOutputLength></SignatureMethod>`),
    'signature_shape',
  ],
  'no algorithm': [() => changed(` Algorithm="${RSA_SHA256}"`, ''), 'signature_shape'],
  'an algorithm by the name of an object': [() => changed(`Algorithm="${RSA_SHA256}"`, 'Algorithm="__proto__"'), 'algorithm'],
}

for (const [what, [make, reason]] of Object.entries(refusals))
  test(`${what} is refused`, () => {
    const note = noteIn(make())
    assert.throws(() => verifySigned(note, keysOf(KEY)), refusesWith(reason))
  })

test('an element by the name that the library is shown is an element like others', () => {
  const named = (xml: string) => xml.replaceAll('m:Note', 'signed').replaceAll('m:', '').replace(' xmlns:m="urn:mail"', '')
  const signing = { privateKey: pem(KEY), signed: element('signed'), after: element('To') }
  const xml = signedXml(named(LETTER).replace(/[\u2028\u0085]/g, ''), signing)
  const found = (text: string) => elementsIn(readStrictly(text)).filter(({ name }) => name === 'signed')
  assert.equal(
    found(xml)
      .map((one) => verifySigned(one, keysOf(KEY)).name)
      .join(),
    'signed',
  )
  for (const one of found(xml.replace('anna', 'otto'))) assert.throws(() => verifySigned(one, keysOf(KEY)), refusesWith('signature'))
})

test('a key that is weak, private, shared or of another kind is not asked', () => {
  const note = noteIn(noteSigned())
  for (const key of [...keysOf(rsa(1_024)), ...keysOf(ec('secp256k1')), KEY, generateKeyPairSync('ed25519').publicKey])
    assert.throws(() => verifySigned(note, [key, createPublicKey(KEY)]), refusesWith('key'))
  assert.throws(() => verifySigned(note, keysOf(ec('P-256'))), refusesWith('signature'))
})

test('a key whose exponent lets anybody sign, or takes long, is not asked', () => {
  const { n } = createPublicKey(KEY).export({ format: 'jwk' })
  const withExponent = (...bytes: readonly number[]) =>
    createPublicKey({ key: { kty: 'RSA', n, e: Buffer.from(bytes).toString('base64url') }, format: 'jwk' })
  const note = noteIn(noteSigned())
  assert.ok(verifySigned(note, [withExponent(3), withExponent(1, 0, 1)]))
  for (const key of [withExponent(1), withExponent(1, 0, 0, 0, 1), withExponent(...Array.from({ length: 256 }, () => 0x7f))])
    assert.throws(() => verifySigned(note, [key, createPublicKey(KEY)]), refusesWith('key'))
})

test('a key of 1,024 bits has signed nothing, even where it did', () => {
  const weak = rsa(1_024)
  const note = noteIn(noteSigned({ privateKey: pem(weak) }))
  assert.throws(() => verifySigned(note, keysOf(weak)), refusesWith('key'))
})
