import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AT } from '../support/wsfed-samples.ts'
import { folder, run } from './support/commands.ts'
import { certificates, issue, respond } from './support/issued.ts'
import { isGood } from './support/verify.ts'

const files = folder()
const saved = (name: string, text: string): string => {
  const file = join(files, name)
  writeFileSync(file, text)
  return file
}
const [inUse = '', next = ''] = await certificates()
const certificate = saved('in-use.pem', inUse)

const RICH = {
  claims: { nickname: 'Ünal "<&>\' \t\r\n\u{1f600}', 'http://fabrikam.com/claims/team': ['blue', '', '\u0085\u2028'] },
  authentication: { at: AT, method: 'federated', secondFactor: { at: AT } },
} as const

test('xmlsec1 accepts the signature, alone and inside of the response', async () => {
  for (const [name, text] of [
    ['plain', await issue()],
    ['rich', await issue(RICH)],
    ['response', await respond()],
    ['rich-response', await respond(RICH)],
  ] as const)
    assert.ok(isGood(saved(`${name}.xml`, text), certificate), name)
})

test('xmlsec1 refuses the signature under the next key', async () => {
  assert.ok(!isGood(saved('other-key.xml', await issue()), saved('next.pem', next)))
})

test('libxml2 writes the canonical form with the very same bytes', async () => {
  for (const text of [await issue(), await issue(RICH), await respond(RICH)])
    assert.equal(run('xmllint', ['--nonet', '--exc-c14n', saved('canonical.xml', text)]).stdout, text)
})

/** Where a change must be noticed: all but the signature itself and the certificate, which is not what decides. */
const signedPlaces = (text: string): readonly number[] => {
  const from = text.indexOf('<ds:SignatureValue>')
  const to = text.indexOf('</ds:KeyInfo>') + '</ds:KeyInfo>'.length
  return [...text].flatMap((character, place) => (/[A-Za-z0-9]/.test(character) && (place < from || place >= to) ? [place] : []))
}

const other = (character: string): string => (character === 'x' ? 'y' : 'x')

test('xmlsec1 refuses the token after a change of any letter', async (context) => {
  const text = await issue(RICH)
  const places = signedPlaces(text).filter((_, index) => index % 8 === 0)
  const accepted = places.filter((place) =>
    isGood(saved('changed.xml', text.slice(0, place) + other(text[place] ?? '') + text.slice(place + 1)), certificate),
  )
  assert.deepEqual(accepted, [])
  assert.ok(places.length > 200)
  context.diagnostic(`${places.length} changed tokens refused`)
})

test('xmlsec1 refuses the token when a part is missing, doubled, moved or exchanged', async (context) => {
  const [text, stranger] = [await issue(RICH), await issue({ claims: { nickname: 'mallory' } })]
  const parts = [...text.matchAll(/<(saml:\w+|ds:Transform|ds:DigestMethod)\b[^>]*>[^<]*(<\/\1>)/g)].map(([part]) => part)
  const statement = /<saml:AttributeStatement>.*<\/saml:AttributeStatement>/s.exec(text)?.[0] ?? ''
  const signature = (from: string) => /<ds:Signature .*<\/ds:Signature>/.exec(from)?.[0] ?? ''
  const changes = [
    ...parts.flatMap((part) => [text.replace(part, ''), text.replace(part, part + part)]),
    text.replace(statement, '').replace('<saml:Conditions', `${statement}<saml:Conditions`),
    text.replace(statement, statement + statement),
    text.replace(signature(text), signature(stranger)),
    text.replace(/<ds:DigestValue>[^<]*/, /<ds:DigestValue>[^<]*/.exec(stranger)?.[0] ?? ''),
    text.replace(/<ds:SignatureValue>[^<]*/, /<ds:SignatureValue>[^<]*/.exec(stranger)?.[0] ?? ''),
    text.replaceAll('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256'),
    text.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'),
    text.replace(/ URI="#[^"]*"/, ' URI=""'),
    text.replace('</saml:Conditions>', '<saml:DoNotCacheCondition></saml:DoNotCacheCondition></saml:Conditions>'),
    text.replace(' MajorVersion', ' x="" MajorVersion'),
    text.replace('<saml:Conditions', ' <saml:Conditions'),
  ]
  const accepted = changes.flatMap((changed, index) =>
    changed === text || isGood(saved('changed.xml', changed), certificate) ? [index] : [],
  )
  assert.deepEqual(accepted, [])
  assert.ok(changes.length > 40)
  context.diagnostic(`${changes.length} changed tokens refused`)
})

test('openssl reads the certificates as we meant them', () => {
  for (const pem of [inUse, next]) {
    const { stdout } = run('openssl', ['x509', '-in', saved('read.pem', pem), '-noout', '-text'])
    for (const expected of [
      'CN = Usher token signing',
      'sha256WithRSAEncryption',
      '(2048 bit)',
      'X509v3 Basic Constraints: critical',
      'CA:FALSE',
      'X509v3 Key Usage: critical',
      'Digital Signature',
    ])
      assert.ok(stdout.includes(expected), `${expected} in ${stdout}`)
    assert.equal(
      run('openssl', ['verify', '-check_ss_sig', '-CAfile', join(files, 'read.pem'), '-attime', String(AT / 1000), join(files, 'read.pem')])
        .status,
      0,
    )
  }
})
