/** The ways in which a secret may stand somewhere. */
export const spellingsOf = (value: string): Readonly<Record<string, string>> => ({
  plain: value,
  'as an address': encodeURIComponent(value),
  base64: Buffer.from(value).toString('base64'),
  base64url: Buffer.from(value).toString('base64url'),
  hexadecimal: Buffer.from(value).toString('hex'),
  'as JSON': JSON.stringify(value).slice(1, -1),
  'in JSON in JSON': JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1),
  'UTF-8 read as bytes': Buffer.from(value).toString('latin1'),
  'UTF-16': Buffer.from(value, 'utf16le').toString('latin1'),
})
