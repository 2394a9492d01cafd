import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonical, parseXml } from '../../test/support/saml11-reader.ts'
import { elementsOf, isXmlText, serialize, Xml } from './xml.ts'

const A = { prefix: 'a', uri: 'urn:a' }
const B = { prefix: 'b', uri: 'urn:b' }
const a = elementsOf(A)
const b = elementsOf(B)

/** Any string of code units, the odd ones more often than chance has them. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '&',
      '<',
      '>',
      '"',
      "'",
      ']]>',
      '<!--',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '\0',
      '\u0085',
      '\u2028',
      '\ud800',
      '\udfff',
      '\ufffe',
      '\uffff',
      '\u{1f600}',
    ),
    fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    fc.string({ unit: 'grapheme', maxLength: 3 }),
  ),
})

test('a prefix is declared where it is first used, and not again below', () => {
  const written = serialize(a('One', {}, [b('Two', {}, [a('Three', {}, [b('Four')])]), b('Two')]))
  assert.equal(
    written,
    '<a:One xmlns:a="urn:a"><b:Two xmlns:b="urn:b"><a:Three><b:Four></b:Four></a:Three></b:Two><b:Two xmlns:b="urn:b"></b:Two></a:One>',
  )
  assert.equal(canonical(parseXml(written)), written)
})

test('what an enclosing element declared is not declared again', () => {
  assert.equal(serialize(a('One'), [A]), '<a:One></a:One>')
  assert.equal(serialize(a('One', {}, [b('Two')]), [B]), '<a:One xmlns:a="urn:a"><b:Two></b:Two></a:One>')
})

test('a prefix that means something else further out is declared again', () => {
  const other = elementsOf({ prefix: 'a', uri: 'urn:other' })
  const written = serialize(a('One', {}, [other('Two', {}, [a('Three')])]))
  assert.equal(written, '<a:One xmlns:a="urn:a"><a:Two xmlns:a="urn:other"><a:Three xmlns:a="urn:a"></a:Three></a:Two></a:One>')
  assert.equal(canonical(parseXml(written)), written)
})

test('attributes are written in order, whatever order they came in', () => {
  assert.equal(serialize(a('One', { b: '2', C: '3', a: '1' })), '<a:One xmlns:a="urn:a" C="3" a="1" b="2"></a:One>')
})

test('a type is written as a qualified name with what it needs', () => {
  const written = serialize({ ...a('One', { z: '1' }), type: { namespace: B, name: 'Kind' } })
  assert.equal(
    written,
    '<a:One xmlns:a="urn:a" xmlns:b="urn:b" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" z="1" xsi:type="b:Kind"></a:One>',
  )
})

test('markup that was written before stands as it is, and is never escaped', () => {
  const inner = Xml.written(serialize(b('Two', {}, ['&'])))
  assert.equal(serialize(a('One', {}, [inner])), '<a:One xmlns:a="urn:a"><b:Two xmlns:b="urn:b">&amp;</b:Two></a:One>')
})

test('values are escaped as canonical XML does it', () => {
  assert.equal(
    serialize(a('One', { x: '<>&"\'\t\n\r' }, ['<>&"\'\t\n\r'])),
    '<a:One xmlns:a="urn:a" x="&lt;>&amp;&quot;\'&#x9;&#xA;&#xD;">&lt;&gt;&amp;"\'\t\n&#xD;</a:One>',
  )
})

test('any text comes back from another parser as it was, or is refused', () => {
  let refused = 0
  const property = fc.property(anyText, anyText, (text, value) => {
    const element = a('One', { x: value }, [text])
    if (!isXmlText(text) || !isXmlText(value)) {
      refused += 1
      assert.throws(() => serialize(element), RangeError)
      return
    }
    const written = serialize(element)
    const read = parseXml(written)
    assert.equal(read.textContent, text)
    assert.equal(read.getAttribute('x'), value)
    assert.equal(read.attributes.length, 2)
    assert.equal(canonical(read), written)
  })
  fc.assert(property, { numRuns: 2_000 })
  assert.ok(refused > 200 && refused < 1_900, `${refused} of 2,000 refused`)
})

test('no character outside of XML 1.0 is carried, and every one inside is', () => {
  for (const forbidden of ['\0', '\b', '\v', '\f', '\u001f', '\ud800', '\udc00', 'a\udbffb', '\ufffe', '\uffff']) {
    assert.ok(!isXmlText(forbidden))
    assert.throws(() => serialize(a('One', {}, [forbidden])), RangeError)
    assert.throws(() => serialize(a('One', { x: forbidden })), RangeError)
  }
  for (const carried of ['', '\t\n\r', ' ', '\u007f', '\u0085', '\u2028', '\ud7ff', '\ue000', '\ufffd', '\u{10000}', '\u{10ffff}'])
    assert.ok(isXmlText(carried))
})
