import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { isXmlText } from '#lib/xml.ts'
import { isLong } from '../support/seeds.ts'
import { folder, must } from './support/commands.ts'
import { certificates, issue, respond } from './support/issued.ts'
import { isGood } from './support/verify.ts'

const NAMES = isLong ? 5_000 : 300
const files = folder()
const certificate = join(files, 'certificate.pem')
writeFileSync(certificate, (await certificates())[0] ?? '')

const anyName = fc.string({
  minLength: 1,
  maxLength: 24,
  unit: fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...'&<>"\'\t\n\r',
        ']]>',
        '<!--',
        '-->',
        '&amp;',
        '&#0;',
        '<![CDATA[',
        '<?x ?>',
        '\r\n',
        '\u0085',
        '\u2028',
        '\ufeff',
        '\ufffd',
        '\u{10ffff}',
        '\u202e',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }) },
  ),
})

/** What three parsers of different houses read: for each file the issuer, then every attribute value. */
const readers = () => {
  const xerces = join(files, 'read-values')
  must('g++', ['-O1', '-o', xerces, join(import.meta.dirname, 'support', 'read-values.cpp'), '-lxerces-c'])
  const lines = (printed: string) =>
    printed
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').map((hex) => Buffer.from(hex, 'hex').toString()))
  const list = (paths: readonly string[]) => `${paths.join('\n')}\n`
  return {
    expat: (paths: readonly string[]) =>
      lines(must('/usr/bin/python3', [join(import.meta.dirname, 'support', 'read-values.py')], list(paths))),
    xerces: (paths: readonly string[]) => lines(must(xerces, [], list(paths))),
    libxml2: (paths: readonly string[]) => paths.map(readByLibxml2),
  }
}

const NUMBER_OF_VALUES = 3

const readByLibxml2 = (path: string): readonly string[] => {
  const values = Array.from({ length: NUMBER_OF_VALUES }, (_, index) => `(//*[local-name()='AttributeValue'])[${index + 1}]`)
  const printed = must('xmllint', ['--nonet', '--xpath', `concat(//*/@Issuer,'\u{e000}',${values.join(",'\u{e000}',")})`, path])
  return printed.slice(0, -1).split('\u{e000}')
}

test('three parsers read every name as it was meant, and xmlsec1 accepts every signature', async (context) => {
  const seed = randomInt(2 ** 31)
  context.diagnostic(`seed ${seed}`)
  const names = [...fc.sample(anyName, { seed: 1, numRuns: NAMES / 2 }), ...fc.sample(anyName, { seed, numRuns: NAMES / 2 })]
  const writable = names.filter((name) => isXmlText(name) && !name.includes('\u{e000}'))
  for (const name of names.filter((one) => !isXmlText(one)))
    await assert.rejects(issue({ claims: { nickname: name } }), { code: 'claims_invalid' })
  const paths: string[] = []
  const expected: string[][] = []
  for (const [index, name] of writable.entries()) {
    const order = { claims: { nickname: name }, issuer: `urn:${name}` }
    const path = join(files, `${index}.xml`)
    writeFileSync(path, index % 2 === 0 ? await issue(order) : await respond(order))
    paths.push(path)
    expected.push([`urn:${name}`, 'anna.karlsson@guests.fabrikam.com', 'abcdefghijklmnopqrstuvwxy2', name])
  }
  for (const [reader, read] of Object.entries(readers())) {
    const found = read(paths)
    const wrong = expected.flatMap((values, index) =>
      JSON.stringify(values) === JSON.stringify(found[index]) ? [] : [{ values, found: found[index] }],
    )
    assert.deepEqual(wrong.slice(0, 3), [], reader)
  }
  assert.deepEqual(
    paths.filter((path) => !isGood(path, certificate)),
    [],
  )
  assert.ok(writable.length > NAMES / 2)
  context.diagnostic(`${writable.length} names read alike by expat, Xerces and libxml2; ${names.length - writable.length} refused`)
})
