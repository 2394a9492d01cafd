import { SAML_KEYS } from '../../support/saml-identity-provider.ts'
import { element, type Signing, signedXml } from '../../support/xml-signer.ts'
import type { Kind, Sample } from './arena.ts'
import { attributeIn, copyOf, type Loose, looseOf, markupOf, named, placesIn, remove, setAttribute, theFirst } from './loose.ts'

/** An attack that somebody published, made of our own good answers. */
export interface Published {
  /** The advisory or the technique, and what it does. */
  readonly name: string
  readonly kind?: Kind
  readonly make: (sample: Sample) => string | Uint8Array
  /** Why it is refused: for another reason it would show nothing. */
  readonly reason: string
}

/** Changes the parts of an answer. */
export const edited =
  (change: (root: Loose, sample: Sample) => void) =>
  (sample: Sample): string => {
    const root = looseOf(sample.xml)
    change(root, sample)
    return markupOf(root)
  }

/** Changes its text. Throws when nothing changed. */
export const respelled =
  (from: string | RegExp, to: string) =>
  ({ xml }: Sample): string => {
    const changed = xml.replace(from, to)
    if (changed === xml) throw new Error(`nothing was changed by ${from}`)
    return changed
  }

export const CEO = 'ceo-0000'

export const unsigned = (element: Loose): Loose => {
  const copy = copyOf(element)
  for (const { node, parent } of named(copy, 'Signature')) if (parent) remove(parent, node)
  return copy
}

/** The same for another person, by other IDs; nobody signed it. */
export const forged = (element: Loose): Loose => {
  const copy = unsigned(element)
  for (const [index, { node }] of placesIn(copy).entries()) if (attributeIn(node, 'ID') !== '') setAttribute(node, 'ID', `_evil${index}`)
  theFirst(copy, 'NameID').children = [CEO]
  return copy
}

/** Makes somebody else of who is named, wherever that is. */
export const namesTheCeo = (root: Loose): void => {
  for (const { node } of named(root, 'NameID')) node.children = [CEO]
}

/** The identity provider itself signs in another way than is taken. */
export const signedAs =
  (how: Partial<Signing>) =>
  ({ xml }: Sample): string =>
    signedXml(markupOf(unsigned(looseOf(xml))), {
      privateKey: SAML_KEYS.provider.privateKey,
      signed: element('Assertion'),
      after: `${element('Assertion')}/*[local-name(.)='Issuer']`,
      ...how,
    })
