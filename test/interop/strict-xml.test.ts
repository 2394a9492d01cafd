import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { meaningOf, readStrictly, type StrictElement } from '#lib/strict-xml.ts'
import { canonical } from '#lib/strict-xml-writing.ts'
import { XmlRefused } from '#lib/xml-refused.ts'
import { KINDS, openSample, type Sample } from '../attacks/saml/arena.ts'
import { mutantOf } from '../attacks/saml/mutants.ts'
import { respelledAs } from '../attacks/saml/respelled.ts'
import { isLong } from '../support/seeds.ts'
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

/** What libxml2 makes of it, in canonical form; it fails where libxml2 cannot read. */
const canonicalElsewhere = (xml: string): string => {
  const path = join(files, 'document.xml')
  writeFileSync(path, xml)
  return must('xmllint', ['--nonet', '--exc-c14n', path])
}

const documentsOf = (sample: Sample, from: number): readonly string[] => {
  const mutants = Array.from({ length: DOCUMENTS / 2 }, (_, n) => mutantOf(sample, from + n).xml)
  const respelled = Array.from({ length: DOCUMENTS / 10 }, (_, n) => respelledAs(sample, from + n))
  const unusual = ['\u0085', '\u2028', '&#x85;', '&#13;', '\r\n', '\t', '&#9;', '&lt;&amp;', '\u{10ffff}', '\ufffd', ' a ', "'"]
  const told = unusual.map((text) => sample.xml.replace('<saml:Issuer>', `<saml:Issuer a="${text}">${text}`))
  return [...told, ...respelled, ...mutants.filter((xml) => typeof xml === 'string')]
}

test('what the gate reads, libxml2 reads too, and writes with the very same bytes', async (context) => {
  let compared = 0
  for (const kind of KINDS)
    for (const xml of documentsOf(await openSample(kind), 77_000)) {
      const meaning = meaningHere(xml)
      if (meaning === undefined) continue
      const text = canonicalElsewhere(xml)
      assert.equal(meaningHere(text), meaning, xml)
      assert.equal(canonical(readStrictly(xml)), text, xml)
      compared += 1
    }
  assert.ok(compared > DOCUMENTS, `only ${compared} were read`)
  context.diagnostic(`count ${compared} documents that libxml2 and the gate read alike`)
})

/** Canonical forms of every element of the documents, by libxml2 as PHP has it, which takes prefixes. */
const CANONICAL_FORMS = `
$answers = [];
foreach (json_decode(stream_get_contents(STDIN)) as [$xml, $prefixes]) {
  $document = new DOMDocument();
  if (!$document->loadXML($xml, LIBXML_NONET)) exit(1);
  $forms = [];
  foreach ($document->getElementsByTagName('*') as $element) $forms[] = $element->C14N(true, false, null, $prefixes);
  $answers[] = $forms;
}
echo json_encode($answers);
`

const allIn = (element: StrictElement): readonly StrictElement[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'string' ? [] : allIn(child))),
]

const PREFIX_LISTS = [[], ['xs'], ['saml'], ['samlp', 'ds'], ['xs', 'xsi', 'saml', 'samlp', 'ds', 'none']]
const PREFIXED = [
  '<r xmlns="urn:d" xmlns:xs="urn:xs"><a xmlns:saml="urn:1"><saml:b xs:c=""/></a><a xmlns:saml="urn:2" xmlns:ds="urn:ds" b="ds:x"/></r>',
  '<xs:r xmlns:xs="urn:xs"><a xmlns="urn:a" xmlns:samlp="urn:p"><b xmlns="urn:b" xs:z="1" a="2"><samlp:c xml:lang="de"/></b><b/></a></xs:r>',
]

test('every element within it has the canonical form of libxml2, whatever prefixes are asked for', async (context) => {
  const documents = (await Promise.all(KINDS.map(openSample))).flatMap((sample) =>
    Array.from({ length: DOCUMENTS / 10 }, (_, n) => respelledAs(sample, 99_000 + n)),
  )
  const orders = [...PREFIXED, ...documents].flatMap((xml, n) => {
    const lists = n < PREFIXED.length ? PREFIX_LISTS : PREFIX_LISTS.slice(n % PREFIX_LISTS.length, (n % PREFIX_LISTS.length) + 1)
    return lists.map((prefixes) => ({ xml: Buffer.from(xml).toString(), prefixes }))
  })
  const asked = JSON.stringify(orders.map(({ xml, prefixes }) => [xml, prefixes]))
  const answers: readonly (readonly string[])[] = JSON.parse(must('php', ['-r', CANONICAL_FORMS], asked))
  let compared = 0
  for (const [n, { xml, prefixes }] of orders.entries()) {
    const forms = allIn(readStrictly(xml)).map((element) => canonical(element, { prefixes }))
    assert.deepEqual(forms, answers[n], `${prefixes.join(' ')}: ${xml}`)
    compared += forms.length
  }
  assert.ok(compared > DOCUMENTS * 5, `only ${compared} were compared`)
  context.diagnostic(`count ${compared} canonical forms like those of libxml2`)
})
