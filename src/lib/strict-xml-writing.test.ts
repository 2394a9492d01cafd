import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elementsIn, meaningOf, readStrictly, type StrictElement } from './strict-xml.ts'
import { canonical } from './strict-xml-writing.ts'

const inner = (xml: string): StrictElement => {
  const [element] = elementsIn(readStrictly(xml))
  assert.ok(element)
  return element
}

test('an element takes along the prefixes that it uses, where it uses them', () => {
  const element = inner('<a xmlns="urn:a" xmlns:p="urn:p" xmlns:q="urn:q"><p:b p:c="q:d"><e xmlns="urn:e"/><f q:g=""/></p:b></a>')
  const text = '<p:b xmlns:p="urn:p" p:c="q:d"><e xmlns="urn:e"></e><f xmlns="urn:a" xmlns:q="urn:q" q:g=""></f></p:b>'
  assert.equal(canonical(element), text)
  assert.equal(meaningOf(readStrictly(text)), meaningOf(element))
})

test('prefixes that values use are declared where it is asked for', () => {
  const element = inner('<a xmlns:p="urn:p"><p:b xmlns:xs="urn:xs"><c/></p:b></a>')
  assert.equal(canonical(element, { prefixes: ['xs', 'none'] }), '<p:b xmlns:p="urn:p" xmlns:xs="urn:xs"><c></c></p:b>')
  assert.equal(
    canonical(inner('<a><b><c xmlns:xs="urn:1"/><c xmlns:xs="urn:2"><d/></c></b></a>'), { prefixes: ['xs'] }),
    '<b><c xmlns:xs="urn:1"></c><c xmlns:xs="urn:2"><d></d></c></b>',
  )
})

test('declarations are ordered by prefix, attributes by namespace and name', () => {
  const element = inner('<r><a xmlns="urn:z" xmlns:p="urn:2" xmlns:Q="urn:1" xml:lang="de" z="1" p:b="2" Q:c="3" p:a="4" B="5" a="6"/></r>')
  assert.equal(
    canonical(element),
    '<a xmlns="urn:z" xmlns:Q="urn:1" xmlns:p="urn:2" B="5" a="6" z="1" xml:lang="de" Q:c="3" p:a="4" p:b="2"></a>',
  )
})

test('it is written one way, whatever it looked like', () => {
  const spellings = [
    '<r><a b="&#10;&lt;" c="d">x &amp; y\u2028&#13;></a></r>',
    "<r\n><a  c='d'\n b = '&#x0A;&#60;' >x &#38; y&#x2028;&#xD;&gt;</a ></r>",
  ]
  const [one, other] = spellings.map((xml) => canonical(inner(xml)))
  assert.equal(one, '<a b="&#xA;&lt;" c="d">x &amp; y\u2028&#xD;&gt;</a>')
  assert.equal(other, one)
})

test('what is left out is gone with all that is in it', () => {
  const element = inner('<r><a>1<b><c/></b>2<b/></a></r>')
  const [first] = elementsIn({ ...element, children: element.children.filter((child) => typeof child !== 'string') })
  assert.ok(first)
  assert.equal(canonical(element, { leftOut: first }), '<a>12<b></b></a>')
  assert.equal(meaningOf(readStrictly('<a>12<b/></a>')), meaningOf(element, first))
})
