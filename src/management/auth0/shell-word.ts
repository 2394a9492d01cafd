const MEANS_ITSELF = /^[\w@%+=:,./-]+$/
const MEANS_ITSELF_IN_QUOTES = /^[^"$`\\!\p{C}]*$/u

/** A word as it is typed into a shell. An export names things as it likes, and what is told may be pasted. */
export const shellWord = (text: string): string => {
  if (MEANS_ITSELF.test(text)) return text
  return MEANS_ITSELF_IN_QUOTES.test(text) ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`
}
