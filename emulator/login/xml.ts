import { DOMParser, type Element, type Node } from '@xmldom/xmldom'
import { SignInRefused } from './refusal.ts'

const ELEMENT_NODE = 1
const COMMENT_NODE = 8
const INSTRUCTION_NODE = 7

const invalid = (why: string): SignInRefused => new SignInRefused(90107, `InvalidXml: ${why}`, 400)

const parserFor = () =>
  new DOMParser({
    onError: (level, message) => {
      throw invalid(`${level}: ${message}`)
    },
  })

const isElement = (node: Node): node is Element => node.nodeType === ELEMENT_NODE

const refuseOddities = (node: Node): void => {
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === COMMENT_NODE || child.nodeType === INSTRUCTION_NODE) throw invalid('a comment or an instruction')
    refuseOddities(child)
  }
}

/** The root element. Throws `SignInRefused` 90107 for anything but plain, well-formed XML. */
export const parseXml = (text: string): Element => {
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw invalid('a document type')
  let root: Element | null
  try {
    root = parserFor().parseFromString(text, 'text/xml').documentElement
  } catch (error) {
    if (error instanceof SignInRefused) throw error
    throw invalid(error instanceof Error ? error.message : String(error))
  }
  if (root === null) throw invalid('no element')
  refuseOddities(root)
  return root
}

export const childrenOf = (parent: Element): readonly Element[] => Array.from(parent.childNodes).filter(isElement)

export const childrenNamed = (parent: Element, namespace: string, name: string): readonly Element[] =>
  childrenOf(parent).filter((child) => child.namespaceURI === namespace && child.localName === name)

/** All elements below, at any depth. */
export const descendantsNamed = (parent: Element, namespace: string, name: string): readonly Element[] =>
  Array.from(parent.getElementsByTagNameNS(namespace, name))

export const attributeOf = (element: Element | undefined, name: string): string => element?.getAttribute(name) ?? ''

export const textOf = (element: Element | undefined): string => element?.textContent ?? ''
