import type { IncomingMessage } from 'node:http'
import { UsherError } from '#kernel/errors.ts'

/**
 * Answers only to our own name, so that nobody's DNS can make a browser take us for theirs, and to one name at a time,
 * so that a proxy and we read the same one. Throws `host_unknown`, `request_malformed`.
 */
export const hostCheck = (publicUrl: URL) => {
  const defaultPort = publicUrl.protocol === 'https:' ? ':443' : ':80'
  const known = new Set([publicUrl.host, publicUrl.port === '' ? publicUrl.host + defaultPort : publicUrl.host])
  return ({ headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): void => {
    const { host } = headers
    if (host === undefined || !(known.has(host) || known.has(host.toLowerCase()))) throw new UsherError('host_unknown')
    if (namesHostTwice(rawHeaders)) throw new UsherError('request_malformed', { detail: { reason: 'two Host headers' } })
  }
}

const namesHostTwice = (rawHeaders: readonly string[]): boolean => {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count > 1
}
