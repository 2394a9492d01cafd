import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elementsIn, meaningOf, readStrictly, type StrictElement } from './strict-xml.ts'
import { writtenAlone } from './strict-xml-writing.ts'

const inner = (xml: string): StrictElement => {
  const [element] = elementsIn(readStrictly(xml))
  assert.ok(element)
  return element
}

test('an element takes along what its prefixes mean', () => {
  const element = inner('<a xmlns="urn:a" xmlns:p="urn:p" xmlns:q="urn:q"><p:b c="q:d"><e xmlns="urn:e"/><f/></p:b></a>')
  const alone = readStrictly(writtenAlone(element))
  assert.equal(meaningOf(alone), meaningOf(element))
  assert.equal(alone.scope.get('q'), 'urn:q', 'for values that use it')
  assert.equal(elementsIn(alone)[1]?.namespace, 'urn:a')
})

test('it is written one way, whatever it looked like', () => {
  const spellings = [
    '<r><a b="&#10;&lt;" c="d">x &amp; y\u2028&#13;</a></r>',
    "<r\n><a  b='&#x0A;&#60;'\n c = 'd' >x &#38; y&#x2028;&#xD;</a ></r>",
  ]
  const [one, other] = spellings.map((xml) => writtenAlone(inner(xml)))
  assert.equal(one, '<a b="&#xA;&#x3C;" c="d">x &#x26; y&#x2028;&#xD;</a>')
  assert.equal(other, one)
})

test('what is left out is gone with all that is in it', () => {
  const element = inner('<r><a>1<b><c/></b>2<b/></a></r>')
  const [first] = elementsIn({ ...element, children: element.children.filter((child) => typeof child !== 'string') })
  assert.ok(first)
  assert.equal(writtenAlone(element, new Set([first])), '<a>12<b></b></a>')
  assert.equal(meaningOf(readStrictly('<a>12<b/></a>')), meaningOf(element, first))
})
