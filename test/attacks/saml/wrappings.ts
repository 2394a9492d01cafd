import type { Dice } from './dice.ts'
import { attributeIn, copyOf, insertAt, type Loose, made, named, placesIn, remove, setAttribute, theFirst } from './loose.ts'

/** A draft of a message, the answers of others to take parts from, and chance. */
export interface Draft {
  readonly root: Loose
  readonly others: readonly Loose[]
  readonly dice: Dice
}

export type Edit = (draft: Draft) => void

/** The element that is signed: the assertion, or the whole response. */
const signedOf = ({ root, dice }: Draft): Loose => {
  const signed = named(root, 'Signature').flatMap(({ parent }) => (parent ? [parent] : []))
  return signed.length === 0 ? root : dice.oneOf(signed)
}

/** Somebody else is named in it, and nobody signed that. */
export const spoil = (element: Loose, { dice }: Pick<Draft, 'dice'>): void => {
  const nameId = named(element, 'NameID')
  for (const { node } of nameId) node.children = ['ceo-0000']
  if (dice.isLucky(2)) for (const { node } of named(element, 'AttributeValue').slice(0, 1)) node.children = ['ceo@acme.example']
}

const withoutSignature = (element: Loose): Loose => {
  const copy = copyOf(element)
  for (const { node, parent } of named(copy, 'Signature')) if (parent) remove(parent, node)
  return copy
}

const signatureIn = (element: Loose): Loose | undefined =>
  element.children.find((child): child is Loose => typeof child !== 'string' && /(?:^|:)Signature$/.test(child.name))

/** Puts a changed copy in the place of what is signed, and what is signed where a careless reader finds it by its ID. */
const wrapped = (draft: Draft, hide: (evil: Loose, original: Loose, draft: Draft) => void): void => {
  const original = signedOf(draft)
  const kept = copyOf(original)
  const { dice } = draft
  const signature = signatureIn(original)
  if (signature && dice.isLucky(2)) remove(original, signature)
  spoil(original, draft)
  const ids = ['_evil', attributeIn(kept, 'ID'), '']
  setAttribute(original, 'ID', dice.oneOf(ids))
  if (dice.isLucky(2)) renameInside(original)
  if (attributeIn(original, 'ID') === '') original.attributes = original.attributes.filter(([name]) => name !== 'ID')
  hide(original, kept, draft)
}

/** Gives what stands in it names of its own, so that nothing has two. */
const renameInside = (element: Loose): void => {
  for (const [index, { node, parent }] of placesIn(element).entries())
    if (parent && attributeIn(node, 'ID') !== '') setAttribute(node, 'ID', `_inner${index}`)
}

const somewhere = (element: Loose, { dice }: Draft): number => dice.below(element.children.length + 1)

const object = (prefix: string, ...children: readonly Loose[]): Loose => made(`${prefix}Object`, {}, ...children)

const prefixOf = ({ name }: Loose): string => name.slice(0, name.indexOf(':') + 1)

/** Signature wrapping: XSW 1 to 9 of the literature, and every other place that comes to mind. */
export const wrappings: Readonly<Record<string, Edit>> = {
  'what was signed hangs in an Object of the signature': (draft) =>
    wrapped(draft, (evil, original) => {
      const own = signatureIn(evil) ?? signatureIn(original)
      if (!own) return
      if (!signatureIn(evil)) insertAt(evil, 1, copyOf(own))
      signatureIn(evil)?.children.push(object(prefixOf(own), withoutSignature(original)))
    }),
  'what was signed hangs beside': (draft) =>
    wrapped(draft, (_evil, original) => insertAt(draft.root, somewhere(draft.root, draft), original)),
  'what was signed hangs inside': (draft) => wrapped(draft, (evil, original) => insertAt(evil, somewhere(evil, draft), original)),
  'what was signed hangs in Extensions': (draft) =>
    wrapped(draft, (_evil, original) => insertAt(draft.root, draft.dice.below(3), made('samlp:Extensions', {}, original))),
  'what was signed hangs in Advice': (draft) =>
    wrapped(draft, (evil, original) => insertAt(evil, somewhere(evil, draft), made('saml:Advice', {}, original))),
  'what was signed hangs in an attribute': (draft) =>
    wrapped(draft, (_evil, original) => {
      const [value] = named(draft.root, 'AttributeValue')
      value?.node.children.push(original)
    }),
  'what was signed hangs in StatusDetail': (draft) =>
    wrapped(draft, (_evil, original) => {
      const [status] = named(draft.root, 'Status')
      status?.node.children.push(made('samlp:StatusDetail', {}, original))
    }),
  'the changed copy stands in what was signed': (draft) => {
    const original = signedOf(draft)
    const evil = withoutSignature(original)
    spoil(evil, draft)
    setAttribute(evil, 'ID', '_evil')
    insertAt(original, somewhere(original, draft), evil)
  },
  'the changed copy stands before or behind': (draft) => {
    const [assertion] = named(draft.root, 'Assertion')
    if (!assertion) return
    const evil = draft.dice.isLucky(2) ? withoutSignature(assertion.node) : copyOf(assertion.node)
    spoil(evil, draft)
    if (draft.dice.isLucky(2)) setAttribute(evil, 'ID', '_evil')
    insertAt(assertion.parent ?? draft.root, draft.dice.below(5), evil)
  },
  'the changed copy stands in the signature': (draft) => {
    const { node: signature } = draft.dice.oneOf(named(draft.root, 'Signature'))
    const evil = withoutSignature(signedOf(draft))
    spoil(evil, draft)
    const holder = draft.dice.oneOf(['Object', 'KeyInfo', 'Manifest'])
    signature.children.push(made(`${prefixOf(signature)}${holder}`, {}, evil))
  },
  'another response is around it all': ({ root, dice }) => {
    const inner = copyOf(root)
    spoil(root, { dice })
    setAttribute(root, 'ID', '_outer')
    insertAt(root, dice.below(root.children.length + 1), inner)
  },
  'the signature is moved': (draft) => {
    const { node: signature, parent } = draft.dice.oneOf(named(draft.root, 'Signature'))
    if (!parent) return
    remove(parent, signature)
    const holder = draft.dice.oneOf([draft.root, theFirst(draft.root, 'Subject'), theFirst(draft.root, 'Issuer'), parent])
    insertAt(holder, somewhere(holder, draft), signature)
  },
  'the signature is gone': ({ root, dice }) => {
    for (const { node, parent } of named(root, 'Signature')) if (parent) remove(parent, node)
    if (dice.isLucky(2)) spoil(root, { dice })
  },
  'the signature is empty': (draft) => {
    const { node } = draft.dice.oneOf(named(draft.root, 'Signature'))
    if (draft.dice.isLucky(2)) node.children = []
    else node.children = node.children.slice(0, draft.dice.below(3))
    spoil(draft.root, draft)
  },
}
