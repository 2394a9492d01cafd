import type { Sample } from './arena.ts'
import { type Dice, diceOf } from './dice.ts'
import { type Loose, looseOf, placesIn } from './loose.ts'

/** How one and the same message is written another way. */
interface Spelling {
  readonly declaration: string
  readonly quote: '"' | "'"
  /** In tags: before attributes, around the sign, before the end. */
  readonly gap: string
  readonly around: string
  readonly close: string
  readonly emptyTags: boolean
  readonly references: 'none' | 'decimal' | 'hexadecimal'
  readonly reversed: boolean
  readonly between: string
  readonly extra: string
  readonly end: string
}

const spellingOf = (dice: Dice): Spelling => ({
  declaration: dice.oneOf([
    '',
    '',
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<?xml version='1.0' encoding='utf-8' standalone='no'?>\n",
  ]),
  quote: dice.oneOf(['"', "'"] as const),
  gap: dice.oneOf([' ', '  ', '\n', '\r\n\t']),
  around: dice.oneOf(['', '', ' ', '\n']),
  close: dice.oneOf(['', '', ' ', '\n']),
  emptyTags: dice.isLucky(2),
  references: dice.oneOf(['none', 'none', 'decimal', 'hexadecimal'] as const),
  reversed: dice.isLucky(2),
  between: dice.oneOf(['', '', ' ', '\n  ', '\t']),
  extra: dice.oneOf([
    '',
    '',
    ' xmlns:more="urn:more"',
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema"',
    ' Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified"',
  ]),
  end: dice.oneOf(['', '\n', ' \r\n']),
})

/** White space may be put in here, because nobody signed what it becomes a part of. */
const isLoose = (element: Loose, root: Loose): boolean => {
  const isSigned = (one: Loose): boolean => one.children.some((child) => typeof child !== 'string' && /(?:^|:)Signature$/.test(child.name))
  const signed = placesIn(root).filter(({ node }) => isSigned(node))
  return !signed.some(({ node }) => node === element || placesIn(node).some((one) => one.node === element))
}

/** The message of a sample with the same meaning, spelled otherwise as this number says. */
export const respelledAs = ({ xml }: Sample, seed: number): string => {
  const spelling = spellingOf(diceOf(seed))
  const root = looseOf(xml)
  const loose = new Set(placesIn(root).flatMap(({ node }) => (isLoose(node, root) ? [node] : [])))
  return spelling.declaration + written(root, { spelling, loose, extra: loose.has(root) ? spelling.extra : '' }) + spelling.end
}

interface Writing {
  readonly spelling: Spelling
  readonly loose: ReadonlySet<Loose>
  readonly extra: string
}

const written = (element: Loose, { spelling, loose, extra }: Writing): string => {
  const { gap, around, quote, close } = spelling
  const order = spelling.reversed ? element.attributes.toReversed() : element.attributes
  const values = order.map(([name, value]) => `${gap}${name}${around}=${around}${quote}${value.replaceAll("'", '&#39;')}${quote}`)
  const opening = `<${element.name}${values.join('')}${extra}${close}`
  if (element.children.length === 0 && spelling.emptyTags) return `${opening}/>`
  const space = loose.has(element) ? spelling.between : ''
  const content = element.children.map((child) =>
    typeof child === 'string' ? referenced(child, spelling) : `${space}${written(child, { spelling, loose, extra: '' })}${space}`,
  )
  return `${opening}>${content.join('')}</${element.name}${close}>`
}

/** One letter of a text as a reference. */
const referenced = (text: string, { references }: Spelling): string => {
  if (references === 'none') return text
  return text.replace(/[a-z](?=[^;&]*$)/, (letter) => {
    const code = letter.charCodeAt(0)
    return references === 'decimal' ? `&#${code};` : `&#x${code.toString(16)};`
  })
}
