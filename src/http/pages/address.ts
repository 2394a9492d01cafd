import { Html, html } from '#lib/html.ts'

const MAY_BREAK = Html.trusted('<wbr>')

/**
 * A text with addresses in it, which on a narrow screen go on in the next line after an `@` or a dot rather than in the
 * middle of a word. Whoever copies it copies the text alone.
 */
export const address = (text: string): Html => {
  const [first = '', ...others] = text.split(/(?<=[@.])(?=[^\s@.])/)
  return html`${first}${others.map((one) => html`${MAY_BREAK}${one}`)}`
}
