import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../../emulator/random.ts'
import { isLong, seedsOf, withSeed } from '../../test/support/seeds.ts'
import { domainOfAddress, mailDomain } from './mail-domain.ts'

const SAME: Readonly<Record<string, string>> = {
  'fabrikam.example': 'fabrikam.example',
  'FABRIKAM.Example': 'fabrikam.example',
  'fabrikam.example.': 'fabrikam.example',
  'bücher.example': 'xn--bcher-kva.example',
  'BÜCHER.example': 'xn--bcher-kva.example',
  'bu\u0308cher.example': 'xn--bcher-kva.example',
  'xn--bcher-kva.example': 'xn--bcher-kva.example',
  'XN--BCHER-KVA.example': 'xn--bcher-kva.example',
  '例え.テスト': 'xn--r8jz45g.xn--zckzah',
  'ｆａｂｒｉｋａｍ．example': 'fabrikam.example',
  'fabri\u00adkam.example': 'fabrikam.example',
  'faß.example': 'xn--fa-hia.example',
}

const NONE = [
  '',
  '.',
  'localhost',
  'fabrikam',
  '.example',
  'fabrikam..example',
  'fabrikam.example..',
  '-a.example',
  'a-.example',
  'fabrikam.123',
  '127.0.0.1',
  '0x7f.1',
  '[::1]',
  'fabrikam.example:443',
  'fabrikam.example/x',
  'fabrikam.example\\x',
  'fabrikam.example?x',
  'fabrikam.example#x',
  'a@fabrikam.example',
  '%66abrikam.example',
  'fabrikam .example',
  'fabrikam.example\n',
  'fabrikam.example\0',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(130)}example`,
  'https://fabrikam.example',
  '*.fabrikam.example',
  'xn--zzzzzzzzzz-.example',
]

test('a domain is one, however it is written', () => {
  for (const [written, domain] of Object.entries(SAME)) assert.equal(mailDomain(written), domain, written)
})

test('what is no domain name is none', () => {
  for (const text of NONE) assert.equal(mailDomain(text), undefined, JSON.stringify(text))
})

test('an address has the domain behind its last @, and a person before it', () => {
  assert.equal(domainOfAddress('Dana.Whitfield+x@Fabrikam.example'), 'fabrikam.example')
  assert.equal(domainOfAddress("o'brien@bücher.example"), 'xn--bcher-kva.example')
  assert.equal(domainOfAddress('дана@fabrikam.example'), 'fabrikam.example')
  const refused = ['@fabrikam.example', 'dana', 'dana@', 'dana@x@fabrikam.example', 'da na@fabrikam.example', '"dana"@fabrikam.example']
  const hostile = ['<script>@fabrikam.example', 'dana\n@fabrikam.example', 'dana\u202e@fabrikam.example', 'a,b@fabrikam.example']
  const long = `${'a'.repeat(310)}@fabrikam.example`
  for (const text of [...refused, ...hostile, long]) assert.equal(domainOfAddress(text), undefined, JSON.stringify(text))
})

const ALPHABET = [
  ...'abAB09.-_@%/\\:?#[] \t\n\0"<>,;',
  'ß',
  'ü',
  'İ',
  'ſ',
  '。',
  '．',
  '\u00ad',
  '\u200d',
  '\u202e',
  'xn--',
  '例',
  '🙂',
  '\ud800',
]
const EACH = isLong ? 20_000 : 500

const typedBy = (seed: number): readonly string[] => {
  const { between, next } = createRandom(seed)
  const character = (): string => ALPHABET[Math.floor(next() * ALPHABET.length)] ?? ''
  return Array.from({ length: EACH }, () => Array.from({ length: between(1, 12) }, character).join(''))
}

/** Whether it was a domain at all. */
const assertOneDomain = (text: string): boolean => {
  const domain = mailDomain(`${text}.example`)
  if (domain === undefined) return false
  assert.match(domain, /^[a-z0-9._-]{1,253}$/, JSON.stringify(text))
  assert.equal(mailDomain(domain), domain, JSON.stringify(text))
  assert.equal(domainOfAddress(`dana@${text}.example`), domain)
  return true
}

test('whatever is typed, a domain is one for good, and small: letters, digits, hyphens and dots', async (t) => {
  let domains = 0
  for (const seed of seedsOf(8, 8))
    await withSeed(seed, async () => {
      domains += typedBy(seed).filter(assertOneDomain).length
    })
  t.diagnostic(`count ${domains} domains among what was typed`)
  assert.ok(domains > 20)
})
