import { createHmac, timingSafeEqual } from 'node:crypto'

/** Text that only the holder of `key` can make: the value as JSON in base64url, a dot, its HMAC. */
export const seal = (key: Buffer, value: unknown): string => {
  const body = Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${body}.${mark(key, body)}`
}

/** HMAC-SHA256 in base64url. */
export const mark = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64url')

/** Whether `given` is the mark of `text`. */
export const isMarked = (key: Buffer, text: string, given: string): boolean => {
  const wanted = Buffer.from(mark(key, text))
  const found = Buffer.from(given)
  return wanted.length === found.length && timingSafeEqual(wanted, found)
}

/** The value `seal` was given; undefined when the text was made by somebody else. */
export const unseal = (key: Buffer, text: string): unknown => {
  const [body = '', given = ''] = text.split('.')
  if (!isMarked(key, body, given)) return undefined
  return JSON.parse(Buffer.from(body, 'base64url').toString())
}
