import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { memoryDigest } from '../../test/support/memory-books.ts'
import type { Names } from '../kernel/person.ts'
import { base32, deriveNames, displayNameOf, foldName, nextPrincipalName, usageLocationOf } from './subject.ts'

const DOMAIN = 'guests.contoso.example'
const policy = { domain: DOMAIN, userPrincipalName: 'name', protectedNames: ['Megan Bowen', 'jo'] } as const
const identity = { connection: 'google', issuer: 'https://accounts.google.example', subject: '1' }
const digest = memoryDigest().digest('tenant', identity)
const tail = base32(digest.subarray(16, 32))

const first = (names: Names): string => deriveNames(digest, names, policy).userPrincipalNames[0].split('@')[0] ?? ''
const plain = (given: string, family = ''): string => first({ given, family })
const suffixed = (stem: string): string => `${stem}.${tail.slice(0, 4)}`

test('base32 is RFC 4648’s, in lower case and without padding', () => {
  const vectors = { '': '', f: 'my', fo: 'mzxq', foo: 'mzxw6', foob: 'mzxw6yq', fooba: 'mzxw6ytb', foobar: 'mzxw6ytboi' }
  for (const [text, expected] of Object.entries(vectors)) assert.equal(base32(Buffer.from(text)), expected)
  assert.equal(base32(Buffer.alloc(16, 255)).length, 26)
})

for (const [given, family, expected] of [
  ['Ana', 'Ruiz', 'ana.ruiz'],
  ['Anna-Lena', 'Müller', 'anna.lena.muller'],
  ['Søren', 'Ærø', 'soren.aero'],
  ['Łukasz', 'Żółć', 'lukasz.zolc'],
  ['Straße', 'Weiß', 'strasse.weiss'],
  ['Zoë', 'O’Neil', 'zoe.oneil'],
  ['Nguyễn', 'Văn', 'nguyen.van'],
  ['İpek', 'Işık', 'ipek.isik'],
  ['ＡＢＣ', 'ｄｅｆ', 'abc.def'],
  ['  Ana ', '\tRuiz\n', 'ana.ruiz'],
  ['Ana', '', 'ana'],
  ['ana.ruiz', '', 'ana.ruiz'],
  ['ana@evil.example', 'x', 'ana.evil.example.x'],
  ['a"b;c', '<d>', 'a.b.c.d'],
] as const) {
  test(`${JSON.stringify(given)} ${JSON.stringify(family)} is called ${expected}`, () => assert.equal(plain(given, family), expected))
}

for (const [names, stem] of [
  [{}, 'guest'],
  [{ given: '小明', family: '王' }, 'guest'],
  [{ given: 'Я' }, 'guest'],
  [{ given: 'Li' }, 'li'],
  [{ given: 'admin' }, 'admin'],
  [{ given: 'Ad', family: 'min' }, 'ad.min'],
  [{ given: 'CEO' }, 'ceo'],
  [{ given: 'Post', family: 'Master' }, 'post.master'],
  [{ given: 'Help-Desk' }, 'help.desk'],
  [{ given: 'megan', family: 'bowen' }, 'megan.bowen'],
  [{ given: 'MeganBowen' }, 'meganbowen'],
  [{ given: 'M.e.g.a.n', family: 'Bowen' }, 'm.e.g.a.n.bowen'],
] as const) {
  test(`${JSON.stringify(names)} cannot have that name alone`, () => assert.equal(first(names), suffixed(stem)))
}

test('a display name stands in where there is no other', () => {
  assert.equal(first({ display: 'Ana Ruiz' }), 'ana.ruiz')
  assert.equal(first({ given: 'Ana', display: 'Anita' }), 'ana')
})

test('a name is at most 40 characters long, and does not end in a dot', () => {
  assert.equal(plain('a'.repeat(39), 'b'.repeat(10)), 'a'.repeat(39))
  assert.equal(plain('a'.repeat(100)), 'a'.repeat(40))
})

test('further proposals come from the identity, never from a counter', () => {
  const { userPrincipalNames } = deriveNames(digest, { given: 'Ana', family: 'Ruiz' }, policy)
  assert.deepEqual(userPrincipalNames, [
    `ana.ruiz@${DOMAIN}`,
    `ana.ruiz.${tail.slice(0, 4)}@${DOMAIN}`,
    `ana.ruiz.${tail.slice(0, 8)}@${DOMAIN}`,
  ])
  const opaque = deriveNames(digest, { given: 'Ana' }, { ...policy, userPrincipalName: 'opaque' })
  assert.deepEqual(opaque.userPrincipalNames, [`ext-${tail.slice(0, 12)}@${DOMAIN}`, `ext-${tail.slice(0, 20)}@${DOMAIN}`])
  assert.equal(JSON.stringify(opaque).includes('ana'), false)
})

test('the next proposal follows the current one, whatever its case; a name of elsewhere is followed by one with a suffix', () => {
  const names = deriveNames(digest, { given: 'Ana', family: 'Ruiz' }, policy)
  const [one, two, three] = names.userPrincipalNames
  assert.equal(nextPrincipalName(names, one.toUpperCase()), two)
  assert.equal(nextPrincipalName(names, two ?? ''), three)
  assert.equal(nextPrincipalName(names, three ?? ''), undefined)
  assert.equal(nextPrincipalName(names, `old.hand@${DOMAIN}`), two)
})

test('whatever a person is called, nothing of it is in what ties tokens to the account', () => {
  const { immutableId, marker, mailNickname } = deriveNames(digest, { given: 'Ana', family: 'Ruiz' }, policy)
  for (const [value, shape] of [
    [immutableId, /^[a-z2-7]{26}$/],
    [marker, /^usher:[a-z2-7]{13}$/],
    [mailNickname, /^ext-[a-z2-7]{12}$/],
  ] as const)
    assert.match(value, shape)
  fc.assert(
    fc.property(fc.record({ given: fc.string(), family: fc.string(), display: fc.string({ unit: 'grapheme' }) }), (names) => {
      const derived = deriveNames(digest, names, policy)
      assert.deepEqual([derived.immutableId, derived.marker, derived.mailNickname], [immutableId, marker, mailNickname])
    }),
  )
})

test('whatever a person is called, every proposal is a name that Entra takes', () => {
  fc.assert(
    fc.property(
      fc.record({ given: fc.string({ unit: 'binary' }), family: fc.string({ unit: 'grapheme' }), display: fc.string() }),
      (names) => {
        for (const name of deriveNames(digest, names, policy).userPrincipalNames)
          assert.match(name, /^[a-z0-9](?:[a-z0-9.]{0,48}[a-z0-9])@guests\.contoso\.example$/)
      },
    ),
  )
})

test('another identity has another immutable ID, also when its parts only look alike joined together', () => {
  const of = (connection: string, issuer: string, subject: string, tenant = 'tenant'): string =>
    deriveNames(memoryDigest().digest(tenant, { connection, issuer, subject }), {}, policy).immutableId
  const ids = [of('a', 'b', 'c'), of('ab', '', 'c'), of('a', 'bc', ''), of('a', 'b', 'C'), of('a', 'b', 'c', 'other'), of('', 'ab', 'c')]
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(of('a', 'b', 'c'), of('a', 'b', 'c'))
})

test('folding leaves only letters, digits and single dots between them', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.match(foldName(text), /^(?:[a-z0-9]+(?:\.[a-z0-9]+)*)?$/)))
})

for (const [claim, country] of [
  ['FR', 'FR'],
  ['fr', 'FR'],
  ['fr-CH', 'CH'],
  ['pt_BR', 'BR'],
  ['de', 'DE'],
  ['France', 'DE'],
  ['XX', 'DE'],
  ['', 'DE'],
  [undefined, 'DE'],
  [49, 'DE'],
  [{ country: 'FR' }, 'DE'],
] as const) {
  test(`a claim of ${JSON.stringify(claim)} is used in ${country}`, () =>
    assert.equal(usageLocationOf({ default: 'DE', fromAttribute: 'country' }, { country: claim }), country))
}

test('without a claim to read from there is one country for all', () => {
  assert.equal(usageLocationOf({ default: 'DE' }, { country: 'FR' }), 'DE')
})

for (const [names, shown] of [
  [{ given: 'Ana', family: 'Ruiz' }, 'Ana Ruiz (external)'],
  [{ given: 'Ana', family: 'Ruiz', display: 'Anita' }, 'Anita (external)'],
  [{}, 'Guest (external)'],
  [{ display: '\u202eOEC\u0000\u2028' }, 'OEC (external)'],
  [{ display: '  a \n b  ' }, 'a b (external)'],
  [{ display: 'x'.repeat(500) }, `${'x'.repeat(200)} (external)`],
] as const) {
  test(`the address book shows ${shown.slice(0, 40)}`, () => assert.equal(displayNameOf(names), shown))
}
