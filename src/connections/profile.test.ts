import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { UsherError } from '#kernel/errors.ts'
import { emailOf, profileFrom, type UpstreamClaims } from './profile.ts'

const authentication = { at: 1_000, method: 'federated' } as const
const ISSUER = 'https://login.acme.example'
const read = (claims: UpstreamClaims, takesTextForTrue = false) =>
  profileFrom({ issuer: ISSUER, claims: { sub: 'anna-1', ...claims }, authentication, takesTextForTrue })

test('what a provider usually says becomes a profile', () => {
  const claims = {
    email: 'Anna@Acme.Example',
    email_verified: true,
    name: 'Anna Berg',
    given_name: 'Anna',
    family_name: 'Berg',
    locale: 'de',
    iss: 'x',
    nonce: 'n',
  }
  assert.deepEqual(read(claims), {
    issuer: ISSUER,
    subject: 'anna-1',
    names: { given: 'Anna', family: 'Berg', display: 'Anna Berg' },
    email: 'anna@acme.example',
    emailVerified: true,
    attributes: {
      sub: 'anna-1',
      email: 'Anna@Acme.Example',
      email_verified: true,
      name: 'Anna Berg',
      given_name: 'Anna',
      family_name: 'Berg',
      locale: 'de',
    },
    authentication,
  })
})

// Value × whether the provider is known to write booleans as text × whether the address is one.
const verified: readonly (readonly [unknown, boolean, boolean])[] = [
  [true, true, true],
  ['true', false, true],
  ['True', false, false],
  ['false', false, false],
  [false, false, false],
  [1, false, false],
  ['1', false, false],
  [[true], false, false],
  [{}, false, false],
  [null, false, false],
  [undefined, false, false],
]
for (const [value, strictly, loosely] of verified)
  test(`email_verified ${JSON.stringify(value) ?? 'absent'}`, () => {
    assert.equal(read({ email: 'a@b.example', email_verified: value }).emailVerified, strictly)
    assert.equal(read({ email: 'a@b.example', email_verified: value }, true).emailVerified, loosely)
    assert.equal(read({ email: 'not an address', email_verified: value }, true).emailVerified, false)
    assert.equal(read({ email_verified: value }, true).emailVerified, false)
  })

const addresses: readonly (readonly [unknown, string | undefined])[] = [
  ['anna@acme.example', 'anna@acme.example'],
  ['ANNA+tag@ACME.EXAMPLE', 'anna+tag@acme.example'],
  ["o'brien@acme.example", "o'brien@acme.example"],
  ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
  ['anna@XN--BCHER-KVA.example', 'anna@xn--bcher-kva.example'],
  // Letters that fold into ASCII ones: the Kelvin sign, the long s, full-width letters, the dotted capital I.
  ['mar\u212A@acme.example', undefined],
  ['\u017Ftefan@acme.example', undefined],
  ['anna@\uFF41cme.example', undefined],
  ['anna@\u212Aelvin.example', undefined],
  ['\u0130nfo@acme.example', undefined],
  ['аnna@acme.example', undefined],
  ['anna', undefined],
  ['@acme.example', undefined],
  ['anna@', undefined],
  ['anna@localhost', undefined],
  ['anna@acme.example\n', undefined],
  ['anna@acme.example\0', undefined],
  [' anna@acme.example', undefined],
  ['anna@acme.example,ceo@acme.example', undefined],
  ['ceo@acme.example@evil.example', undefined],
  ['"ceo@acme.example"@evil.example', undefined],
  ['anna@evil.example>', undefined],
  ['<anna@evil.example>', undefined],
  ['anna@[192.0.2.1]', undefined],
  ['anna@-', undefined],
  [`${'a'.repeat(65)}@acme.example`, undefined],
  [`anna@${'a.'.repeat(200)}example`, undefined],
  [['anna@acme.example'], undefined],
  [{ toString: 'anna@acme.example' }, undefined],
  [17, undefined],
  [null, undefined],
]
for (const [value, expected] of addresses)
  test(`address ${JSON.stringify(value).slice(0, 60)}`, () => assert.equal(emailOf(value), expected))

const names: readonly (readonly [unknown, string | undefined])[] = [
  ['  Anna\t\n Maria  ', 'Anna Maria'],
  ['Zoe\u0308', 'Zoë'],
  ['Anna\u0000\u0007\u001b[31m', 'Anna[31m'],
  ['Anna\u202Egpj.exe', 'Annagpj.exe'],
  ['\u2066Anna\u2069', 'Anna'],
  ['Anna\uD800', 'Anna'],
  ['\uFFFE\uFFFF\uFEFF', undefined],
  ['</saml:AttributeValue>]]>&', '</saml:AttributeValue>]]>&'],
  ['محمد', 'محمد'],
  ['क्\u200dष', 'क्\u200dष'],
  ['', undefined],
  ['   ', undefined],
  [['Anna'], undefined],
  [{ given: 'Anna' }, undefined],
  [0, undefined],
]
for (const [value, expected] of names)
  test(`name ${JSON.stringify(value)}`, () => assert.equal(read({ given_name: value }).names.given, expected))

test('names are cut between characters, not inside one', () => {
  assert.equal(read({ given_name: '😀'.repeat(1_000) }).names.given, '😀'.repeat(64))
  assert.equal(read({ name: 'é'.normalize('NFD').repeat(100_000) }).names.display, 'é'.repeat(256))
})

test('attributes that are too long, too deep or unsafe are left out whole, never mended', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { next: deep(levels - 1) })
  const { attributes } = read({
    department: 'Sales',
    roles: ['a', 'b'],
    realm_access: { roles: ['x'] },
    'https://acme.example/claim': true,
    long: 'x'.repeat(4_097),
    deep: deep(7),
    control: 'a\u0000b',
    turned: 'ceo\u202E',
    nothing: null,
    list: ['fine', 'not\u0000fine', 'a\u200Bb', 'also fine'],
    within: { list: ['fine', 'not\u0000fine'] },
    constructor: 'x',
    'bad name': 'x',
    '': 'x',
  })
  assert.deepEqual(attributes, {
    sub: 'anna-1',
    department: 'Sales',
    roles: ['a', 'b'],
    realm_access: { roles: ['x'] },
    'https://acme.example/claim': true,
    list: ['fine', 'also fine'],
  })
})

test('nobody floods a profile until what speaks against them falls off its end', () => {
  const claims = (length: number, value: unknown) => Object.fromEntries(Array.from({ length }, (_, index) => [`claim${index}`, value]))
  const tooMuch = { code: 'connection_answer_invalid', detail: { reason: 'the profile is too large' } }
  for (const flood of [claims(10_000, 1), claims(100, 1), claims(9, 'x'.repeat(4_000))])
    assert.throws(() => read({ ...flood, groups: ['suspended'] }), tooMuch)
  for (const much of [claims(90, 1), claims(7, 'x'.repeat(4_000))])
    assert.deepEqual(read({ ...much, groups: ['suspended'] }).attributes['groups'], ['suspended'])
})

const anything = fc.anything({
  withBigInt: false,
  withDate: false,
  withMap: false,
  withSet: false,
  withTypedArray: false,
  withSparseArray: false,
  withUnicodeString: true,
  maxDepth: 6,
})
const claimNames = [
  'sub',
  'email',
  'email_verified',
  'name',
  'given_name',
  'family_name',
  'upn',
  'immutableid',
  'ImmutableID',
  'amr',
  'iss',
  '__proto__',
  'constructor',
  'nameid',
  'authnmethodsreferences',
]
// As they arrive: out of JSON.parse, where `__proto__` is a name like any other.
const hostile = fc
  .tuple(
    fc.array(
      fc.tuple(fc.oneof(fc.constantFrom(...claimNames), fc.string()), fc.oneof(anything, fc.string({ unit: 'binary', maxLength: 300 }))),
      { maxLength: 20 },
    ),
  )
  .map(
    ([pairs]): UpstreamClaims =>
      JSON.parse(`{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`),
  )

const CONTROL = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => [name, ...textsIn(one)])
}
const runs = Number(process.env.CLAIM_SETS ?? 1_000)

test(`${runs} hostile sets of claims neither crash, nor name a subject, nor carry control characters`, () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort().join()
  let accepted = 0
  fc.assert(
    fc.property(hostile, fc.boolean(), (said, isNamed) => {
      const claims = isNamed ? { ...said, sub: 'anna-1' } : said
      const profile = outcomeOf(claims)
      if (profile === undefined) return
      accepted += 1
      assert.equal(profile.subject, claims.sub, 'the subject is exactly what was said')
      assert.match(profile.subject, /^[\x21-\x7e]{1,255}$/)
      assert.equal(profile.issuer, ISSUER)
      assert.equal(profile.authentication, authentication)
      assert.equal(profile.emailVerified, claims.email_verified === true && profile.email !== undefined)
      for (const text of textsIn([profile.names, profile.email, profile.attributes])) assert.ok(!CONTROL.test(text), JSON.stringify(text))
      assert.ok(JSON.stringify(profile).length < 100_000)
      assert.equal(Object.hasOwn(profile.attributes, '__proto__'), false)
    }),
    { numRuns: runs },
  )
  assert.ok(accepted >= runs / 4, `only ${accepted} of ${runs} were looked at`)
  assert.equal(Object.getOwnPropertyNames(Object.prototype).sort().join(), before)
})

const outcomeOf = (claims: UpstreamClaims) => {
  try {
    return profileFrom({ issuer: ISSUER, claims, authentication, takesTextForTrue: false })
  } catch (error) {
    assert.ok(error instanceof UsherError && error.code === 'profile_incomplete', String(error))
    return undefined
  }
}
