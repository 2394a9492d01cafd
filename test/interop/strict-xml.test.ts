import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { attributeOf, meaningOf, readStrictly, type StrictElement } from '#lib/strict-xml.ts'
import { writtenAlone } from '#lib/strict-xml-writing.ts'
import { XmlRefused } from '#lib/xml-refused.ts'
import { verifySigned } from '#lib/xml-signature.ts'
import { KINDS, openSample, type Sample } from '../attacks/saml/arena.ts'
import { mutantOf } from '../attacks/saml/mutants.ts'
import { respelledAs } from '../attacks/saml/respelled.ts'
import { isLong } from '../support/seeds.ts'
import { DSIG, ENVELOPED, EXCLUSIVE, RSA_SHA256 } from '../support/xml-signer.ts'
import { folder, must } from './support/commands.ts'

const DOCUMENTS = isLong ? 3_000 : 150
const files = folder()

/** What the gate makes of it; undefined where it refuses. */
const meaningHere = (xml: string): string | undefined => {
  try {
    return meaningOf(readStrictly(xml))
  } catch (error) {
    assert.ok(error instanceof XmlRefused)
    return undefined
  }
}

/** What libxml2 makes of it, by way of its own canonical form; it fails where libxml2 cannot read. */
const meaningElsewhere = (xml: string): string => {
  const path = join(files, 'document.xml')
  writeFileSync(path, xml)
  return meaningOf(readStrictly(must('xmllint', ['--nonet', '--exc-c14n', path])))
}

const documentsOf = (sample: Sample, from: number): readonly string[] => {
  const mutants = Array.from({ length: DOCUMENTS / 2 }, (_, n) => mutantOf(sample, from + n).xml)
  const respelled = Array.from({ length: DOCUMENTS / 10 }, (_, n) => respelledAs(sample, from + n))
  const unusual = ['\u0085', '\u2028', '&#x85;', '&#13;', '\r\n', '\t', '&#9;', '&lt;&amp;', '\u{10ffff}', '\ufffd', ' a ', "'"]
  const told = unusual.map((text) => sample.xml.replace('<saml:Issuer>', `<saml:Issuer a="${text}">${text}`))
  return [...told, ...respelled, ...mutants.filter((xml) => typeof xml === 'string')]
}

test('what the gate reads, libxml2 reads too, and the same', async (context) => {
  let compared = 0
  for (const kind of KINDS)
    for (const xml of documentsOf(await openSample(kind), 77_000)) {
      const meaning = meaningHere(xml)
      if (meaning === undefined) continue
      assert.equal(meaningElsewhere(xml), meaning, xml)
      assert.equal(meaningHere(writtenAlone(readStrictly(xml))), meaning, 'our own writing of it means the same')
      compared += 1
    }
  assert.ok(compared > DOCUMENTS, `only ${compared} were read`)
  context.diagnostic(`count ${compared} documents that libxml2 and the gate read alike`)
})

/** Canonical forms, by libxml2 as PHP has it, of the elements that have an ID, without the signatures they have. */
const CANONICAL_FORMS = `
$answers = [];
foreach (json_decode(stream_get_contents(STDIN)) as [$xml, $prefixes]) {
  $document = new DOMDocument();
  if (!$document->loadXML($xml, LIBXML_NONET)) exit(1);
  $forms = [];
  foreach ((new DOMXPath($document))->query('//*[@ID]') as $element) {
    $removed = [];
    foreach ($element->childNodes as $child) if ($child->localName === 'Signature') $removed[] = $child;
    foreach ($removed as $child) $element->removeChild($child);
    $forms[] = $element->C14N(true, false, null, $prefixes);
    foreach ($removed as $child) $element->appendChild($child);
  }
  $answers[] = $forms;
}
echo json_encode($answers);
`

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 })

/** A signature over this text for the element with this ID. */
const signatureOver = (text: string, id: string, prefixes: readonly string[]): StrictElement => {
  const method = (name: string, algorithm: string, content = '') => `<${name} Algorithm="${algorithm}">${content}</${name}>`
  const list = `<InclusiveNamespaces xmlns="${EXCLUSIVE}" PrefixList="${prefixes.join(' ')}"></InclusiveNamespaces>`
  const transforms = method('Transform', ENVELOPED) + method('Transform', EXCLUSIVE, prefixes.length > 0 ? list : '')
  const digest = createHash('sha256').update(text).digest('base64')
  const signedInfo =
    `<SignedInfo xmlns="${DSIG}">${method('CanonicalizationMethod', EXCLUSIVE)}${method('SignatureMethod', RSA_SHA256)}` +
    `<Reference URI="#${id}"><Transforms>${transforms}</Transforms>` +
    `${method('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256')}<DigestValue>${digest}</DigestValue></Reference></SignedInfo>`
  const value = sign('sha256', Buffer.from(signedInfo), keys.privateKey).toString('base64')
  return readStrictly(`<Signature xmlns="${DSIG}">${signedInfo}<SignatureValue>${value}</SignatureValue></Signature>`)
}

/** The elements that have an ID, without their signatures. */
const identifiedIn = (element: StrictElement): readonly StrictElement[] => {
  const inside = element.children.flatMap((child) => (typeof child === 'string' ? [] : identifiedIn(child)))
  const children = element.children.filter((child) => typeof child === 'string' || child.name !== 'Signature')
  return attributeOf(element, 'ID') === undefined ? inside : [{ ...element, children }, ...inside]
}

const PREFIX_LISTS = [[], ['xs'], ['saml'], ['samlp', 'ds'], ['xs', 'xsi', 'saml', 'samlp', 'ds', 'none']]
const PREFIXED = [
  '<r xmlns="urn:d" xmlns:xs="urn:xs"><a ID="a" xmlns:saml="urn:1"><saml:b xs:c=""/></a><a ID="b" xmlns:saml="urn:2" xmlns:ds="urn:ds" c="ds:x"/></r>',
  '<xs:r ID="r" xmlns:xs="urn:xs"><a xmlns="urn:a" xmlns:samlp="urn:p"><b xmlns="urn:b" xs:z="1" ID="b" a="2"><samlp:c xml:lang="de"/></b><b/></a></xs:r>',
]

test('what somebody signed in the canonical form of libxml2 is believed, whatever prefixes they ask for', async (context) => {
  const documents = (await Promise.all(KINDS.map(openSample))).flatMap((sample) =>
    Array.from({ length: DOCUMENTS / 5 }, (_, n) => respelledAs(sample, 99_000 + n)),
  )
  const orders = [...PREFIXED, ...documents].flatMap((xml, n) => {
    const lists = n < PREFIXED.length ? PREFIX_LISTS : PREFIX_LISTS.slice(n % PREFIX_LISTS.length, (n % PREFIX_LISTS.length) + 1)
    return lists.map((prefixes) => ({ xml: Buffer.from(xml).toString(), prefixes }))
  })
  const asked = JSON.stringify(orders.map(({ xml, prefixes }) => [xml, prefixes]))
  const answers: readonly (readonly string[])[] = JSON.parse(must('php', ['-r', CANONICAL_FORMS], asked))
  let believed = 0
  for (const [n, { xml, prefixes }] of orders.entries()) {
    const elements = identifiedIn(readStrictly(xml))
    assert.equal(elements.length, answers[n]?.length)
    for (const [at, element] of elements.entries()) {
      const text = answers[n]?.[at] ?? ''
      const signature = signatureOver(text, attributeOf(element, 'ID') ?? '', prefixes)
      const signed = { ...element, children: [signature, ...element.children] }
      assert.equal(meaningOf(verifySigned(signed, [keys.publicKey])), meaningOf(readStrictly(text)), xml)
      believed += 1
    }
  }
  assert.ok(believed > DOCUMENTS, `only ${believed} were believed`)
  context.diagnostic(`count ${believed} elements signed in the canonical form of libxml2`)
})
