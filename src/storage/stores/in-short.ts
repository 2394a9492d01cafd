const LONGEST = 1_000

/** Changes in words as one fact of an event; the first ones of very many. */
export const inShort = (changes: readonly string[]): string => {
  const text = changes.join('; ')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
