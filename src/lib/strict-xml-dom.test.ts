import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elementsIn, readStrictly } from './strict-xml.ts'
import { inDom } from './strict-xml-dom.ts'

/** A document of DOM that writes down what is asked of it. */
const recording = () => {
  const asked: string[] = []
  return {
    asked,
    createElementNS: (namespace: string | null, name: string) => {
      asked.push(`element ${namespace} ${name}`)
      return {
        setAttributeNS: (uri: string | null, attribute: string, value: string) => void asked.push(`attribute ${uri} ${attribute}=${value}`),
        appendChild: (child: unknown) => asked.push(`into ${name}: ${typeof child === 'string' ? child : 'an element'}`),
      }
    },
    createTextNode: (text: string) => text,
  }
}

const XMLNS = 'http://www.w3.org/2000/xmlns/'

test('an element takes along what its prefixes mean, once, and leaves out what it is told to', () => {
  const root = readStrictly('<r xmlns="urn:d" xmlns:p="urn:p"><p:a b="1" p:c="2"><x/>t &amp; u<y xmlns="urn:e" xml:lang="de"/></p:a></r>')
  const [element] = elementsIn(root)
  assert.ok(element)
  const leftOut = element.children.find((child) => typeof child !== 'string')
  assert.ok(leftOut && typeof leftOut !== 'string')
  const document = recording()
  inDom(element, document, leftOut)
  assert.deepEqual(document.asked, [
    'element urn:p p:a',
    `attribute ${XMLNS} xmlns=urn:d`,
    `attribute ${XMLNS} xmlns:p=urn:p`,
    'attribute null b=1',
    'attribute urn:p p:c=2',
    'into p:a: t & u',
    'element urn:e y',
    `attribute ${XMLNS} xmlns=urn:e`,
    'attribute http://www.w3.org/XML/1998/namespace xml:lang=de',
    'into p:a: an element',
  ])
})

test('what has no namespace has none', () => {
  const document = recording()
  inDom(readStrictly('<a b=""/>'), document)
  assert.deepEqual(document.asked, ['element null a', 'attribute null b='])
})
