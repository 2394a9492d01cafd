/** Markup that was built here, every value in it escaped. Nothing else can be put into a page unescaped. */
export class Html {
  readonly #markup: string

  /** Only for text that is markup by itself, such as a drawing kept in our own source. */
  static trusted(markup: string): Html {
    return new Html(markup)
  }

  private constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** Attributes that are written together or not at all; made by `attributes`. */
export class Attributes {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

export type HtmlValue = string | number | Html | Attributes | undefined | false | readonly HtmlValue[]

const SPECIAL = /[&<>"']/
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as it may stand between tags and inside quoted attributes. */
export const escapeHtml = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '') : text

/**
 * Text as the value of a single-quoted attribute and nowhere else: XML is full of `<` and `"`, which may both stand there
 * (HTML, section 13.1.2.3). Line ends are written as references, which the parser does not normalize.
 */
export const escapeQuoted = (text: string): string => {
  const quoted = text.replaceAll('&', '&amp;').replaceAll("'", '&#39;')
  return /[\r\n]/.test(quoted) ? quoted.replaceAll('\r', '&#13;').replaceAll('\n', '&#10;') : quoted
}

/** Markup that says the same in ASCII alone: a page of one byte a character is written several times faster. */
export const inAscii = (markup: string): string => markup.replace(/\P{ASCII}/gu, (character) => `&#${character.codePointAt(0)};`)

const ATTRIBUTE_NAME = /^[a-z][a-z-]*$/

/** Attributes for the inside of a tag, each after a space: `true` stands alone, `undefined` and `false` leave nothing behind. */
export const attributes = (named: Readonly<Record<string, string | boolean | undefined>>): Attributes => {
  let markup = ''
  for (const [name, value] of Object.entries(named)) {
    if (!ATTRIBUTE_NAME.test(name)) throw new TypeError('not the name of an attribute')
    if (value === true) markup += ` ${name}`
    else if (typeof value === 'string') markup += ` ${name}="${escapeHtml(value)}"`
  }
  return new Attributes(markup)
}

const written = (value: HtmlValue): string => {
  if (typeof value === 'string') return escapeHtml(value)
  if (value instanceof Html) return value.toString()
  if (value === undefined || value === false) return ''
  if (typeof value === 'number') return String(value)
  if (value instanceof Attributes) throw new TypeError('attributes stand outside a tag')
  return value.map(written).join('')
}

const known = new WeakMap<TemplateStringsArray, readonly Place[]>()

/**
 * A template whose values are escaped; `undefined` and `false` leave nothing behind. A value may stand between tags or
 * inside a quoted attribute, and `attributes` inside a tag: a template that puts one anywhere else throws when it is used.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html => {
  const places = known.get(strings) ?? placesOf(strings)
  known.set(strings, places)
  let markup = strings[0] ?? ''
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]
    markup += places[index] === 'tag' ? insideTag(value, strings[index] ?? '') : written(value)
    markup += strings[index + 1] ?? ''
  }
  return Html.trusted(markup)
}

const insideTag = (value: HtmlValue, before: string): string => {
  if (value instanceof Attributes) return value.markup
  throw new TypeError(`a value stands outside text and quoted attributes after: ${before.slice(-40)}`)
}

/** The place of each value. */
const placesOf = (strings: TemplateStringsArray): readonly Place[] => {
  const places: Place[] = []
  let place: Place = 'text'
  for (const part of strings.slice(0, -1)) {
    place = after(place, part)
    if (place === 'script') throw new TypeError('a value stands inside a script or a style')
    places.push(place)
  }
  return places
}

/** Where in the markup we are: in text, inside a tag, inside an attribute's quotes, or where no value may stand. */
type Place = 'text' | 'tag' | 'script' | '"' | "'"

const after = (from: Place, part: string): Place => {
  if (/<(script|style)\b[^>]*>[^<]*$/i.test(part)) return 'script'
  let place = from
  for (const character of part) place = step(place, character)
  return place
}

const step = (place: Place, character: string): Place => {
  switch (place) {
    case 'text':
      return character === '<' ? 'tag' : 'text'
    case 'tag':
      if (character === '"' || character === "'") return character
      return character === '>' ? 'text' : 'tag'
    case 'script':
      return place
    case '"':
    case "'":
      return character === place ? 'tag' : place
  }
}
