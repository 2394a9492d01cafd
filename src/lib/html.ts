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

export type HtmlValue = string | number | Html | undefined | false | readonly HtmlValue[]

const SPECIAL = /[&<>"']/
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' } as const

/** Text as it may stand between tags and inside quoted attributes. */
export const escapeHtml = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character as keyof typeof ENTITIES]) : text // the class lists exactly the keys

/**
 * Text as the value of a double-quoted attribute and nowhere else: cheaper for long values full of `<`, which may stand
 * there (HTML, section 13.1.2.3). Line ends are written as references, which the parser does not normalize.
 */
export const escapeQuoted = (text: string): string => {
  const quoted = text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return /[\r\n]/.test(quoted) ? quoted.replaceAll('\r', '&#13;').replaceAll('\n', '&#10;') : quoted
}

const written = (value: HtmlValue): string => {
  if (typeof value === 'string') return escapeHtml(value)
  if (value instanceof Html) return value.toString()
  if (value === undefined || value === false) return ''
  if (typeof value === 'number') return String(value)
  return value.map(written).join('')
}

const checked = new WeakSet<TemplateStringsArray>()

/**
 * A template whose values are escaped; `undefined` and `false` leave nothing behind. A value may stand between tags or
 * inside a quoted attribute: a template that puts one anywhere else throws when it is first used.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html => {
  if (!checked.has(strings)) {
    assertPlaces(strings)
    checked.add(strings)
  }
  let markup = strings[0] ?? ''
  for (let index = 0; index < values.length; index += 1) markup += written(values[index]) + (strings[index + 1] ?? '')
  return Html.trusted(markup)
}

const assertPlaces = (strings: TemplateStringsArray): void => {
  let place: Place = 'text'
  for (const [index, part] of strings.entries()) {
    place = after(place, part)
    const isLast = index === strings.length - 1
    if (!isLast && place !== 'text' && place !== '"' && place !== "'") {
      throw new TypeError(`a value stands outside text and quoted attributes after: ${part.slice(-40)}`)
    }
  }
}

/** Where in the markup we are: in text, inside a tag, or inside an attribute's quotes. */
type Place = 'text' | 'tag' | '"' | "'"

const after = (from: Place, part: string): Place => {
  if (/<(script|style)\b[^>]*>[^<]*$/i.test(part)) return 'tag'
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
    case '"':
    case "'":
      return character === place ? 'tag' : place
  }
}
