import { UsherError } from '#kernel/errors.ts'

/** Answers only to our own name, so that nobody's DNS can make a browser treat us as theirs. Throws `host_unknown`. */
export const hostCheck = (publicUrl: URL) => {
  const defaultPort = publicUrl.protocol === 'https:' ? ':443' : ':80'
  const known = new Set([publicUrl.host, publicUrl.port === '' ? publicUrl.host + defaultPort : publicUrl.host])
  return (host: string | undefined): void => {
    if (host === undefined || !(known.has(host) || known.has(host.toLowerCase()))) throw new UsherError('host_unknown')
  }
}
