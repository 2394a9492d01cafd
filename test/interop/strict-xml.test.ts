import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { meaningOf, readStrictly } from '#lib/strict-xml.ts'
import { writtenAlone } from '#lib/strict-xml-writing.ts'
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
