/** In every way in which a password could lie about: as it is, without its beginning, encoded, and backwards in memory order. */
export const passwordSpellings = (password: string): readonly Buffer[] => {
  const tail = password.slice(4)
  const texts = [password, tail, tail.slice(0, 20), tail.slice(-20), encodeURIComponent(password)]
  return texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64').slice(0, 24)),
    Buffer.from(Buffer.from(text).toString('hex')),
  ])
}
