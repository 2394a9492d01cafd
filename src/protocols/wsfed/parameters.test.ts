import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { postTo, visitTo } from '../../../test/support/wsfed-samples.ts'
import { readParameters } from './parameters.ts'

const read = (query: string) => readParameters(visitTo(`/wsfed/m365?${query}`))
const wctx = (query: string) => read(query).get('wctx')

test('a value is decoded once, whichever way its digits are written', () => {
  assert.equal(read('wtrealm=urn%3afederation%3AMicrosoftOnline').get('wtrealm'), 'urn:federation:MicrosoftOnline')
  assert.equal(read('wtrealm=urn:federation:MicrosoftOnline').get('wtrealm'), 'urn:federation:MicrosoftOnline')
  assert.equal(
    wctx('wctx=LoginOptions%3D3%26estsredirect%3d2%26estsrequest%3drQQIARAA%252b'),
    'LoginOptions=3&estsredirect=2&estsrequest=rQQIARAA%2b',
  )
  assert.equal(wctx('wctx=a+b%20c%2bd'), 'a b c+d')
  assert.equal(wctx('wctx=100%&wa=x'), '100%')
  assert.equal(wctx('wctx=%zz%2'), '%zz%2')
  assert.equal(wctx('wctx=a=b=c'), 'a=b=c')
})

test('what is not UTF-8 is refused, not repaired', () => {
  for (const broken of ['%ff', '%c3', '%c3%28', '%ed%a0%80', '%c0%af', '%f5%80%80%80', 'a%80'])
    assert.throws(() => wctx(`wctx=${broken}`), { code: 'request_malformed' }, broken)
})

test('a known parameter given twice is refused, wherever it stands and even when it is empty', () => {
  for (const name of [
    'wa',
    'wtrealm',
    'wctx',
    'wreply',
    'wfresh',
    'wauth',
    'whr',
    'mfa_max_age',
    'prompt',
    'username',
    'login_hint',
    'client-request-id',
    'mkt',
    'lc',
    'wct',
    'wreq',
  ]) {
    assert.throws(() => read(`${name}=a&${name}=a`), { code: 'parameter_repeated' }, name)
    assert.throws(() => read(`${name}=&${name}=a`), { code: 'parameter_repeated' }, name)
    assert.throws(() => read(`${name}=a&x=1&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=b`), { code: 'parameter_repeated' }, name)
    assert.throws(() => readParameters(postTo(`/wsfed?${name}=a`, `${name}=a`)), { code: 'parameter_repeated' }, name)
  }
})

test('unknown parameters mean nothing, also twice', () => {
  const query =
    'cbcxt=&popupui=&vv=&id=1&rpsnv=4&ct=1&rver=6&wp=MCMBI&wp=MBI&bk=1&LoginOptions=3&CBCXT=out&pullStatus=0&estsredirect=2&WCTX=x&=&&x'
  assert.deepEqual([...read(query)], [])
})

test('an empty value says as little as none', () => {
  assert.deepEqual([...read('wa=wsignin1.0&username=&mkt=&lc=&wfresh=&wreply=&wreq=&wreqptr=')], [['wa', 'wsignin1.0']])
})

test('pointers to what we would have to fetch are refused', () => {
  for (const name of ['wreqptr', 'wresultptr', 'wattrptr', 'wpseudoptr']) {
    assert.throws(() => read(`${name}=http://127.0.0.1/`), { code: 'parameter_refused' }, name)
    assert.throws(() => readParameters(postTo('/wsfed', `${name}=x`)), { code: 'parameter_refused' }, name)
  }
})

test('a posted form is read from what was sent', () => {
  assert.equal(readParameters(postTo('/wsfed', 'wctx=a%3db+c%2B')).get('wctx'), 'a=b c+')
  assert.equal(readParameters(visitTo('/wsfed', { method: 'POST', form: new URLSearchParams('wctx=a%3db') })).get('wctx'), 'a=b')
  assert.throws(() => readParameters(postTo('/wsfed', 'wctx=%ff')), { code: 'request_malformed' })
})

test('any context comes through as it was encoded, by address and by form', () => {
  const spelling = fc.constantFrom(
    (text: string) => encodeURIComponent(text),
    (text: string) => encodeURIComponent(text).toLowerCase(),
    (text: string) => new URLSearchParams({ x: text }).toString().slice(2),
    (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  )
  const property = fc.property(fc.string({ unit: 'binary', maxLength: 200 }), spelling, (text, spell) => {
    // Lower case may only touch digits of escapes, never the text.
    const encoded = spell(text).toLowerCase() === spell(text) && text !== text.toLowerCase() ? encodeURIComponent(text) : spell(text)
    const expected = text === '' ? undefined : text
    assert.equal(wctx(`wa=wsignin1.0&wctx=${encoded}&lc=`), expected)
    assert.equal(readParameters(postTo('/wsfed', `wctx=${encoded}`)).get('wctx'), expected)
  })
  fc.assert(property, { numRuns: 1_000 })
})
