import { request } from 'node:http'

export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  /** Where a redirect leads, absolute. */
  readonly location: string
}

/** As much of a browser as these tests need: it keeps cookies per host and follows nothing by itself. */
export interface Browser {
  readonly get: (address: string) => Promise<Page>
  readonly post: (address: string, form: Readonly<Record<string, string>>) => Promise<Page>
  readonly send: (method: string, address: string, body: string, headers?: Readonly<Record<string, string>>) => Promise<Page>
}

type Jar = Map<string, Map<string, string>>

const keepCookies = (jar: Jar, host: string, lines: readonly string[]): void => {
  const cookies = jar.get(host) ?? new Map<string, string>()
  jar.set(host, cookies)
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const [name = '', value = ''] = pair.split('=')
    if (/max-age=0/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
}

const cookiesFor = (jar: Jar, host: string): string => [...(jar.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')

export const createBrowser = (): Browser => {
  const jar: Jar = new Map()
  const send: Browser['send'] = (method, address, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(address)
      // Every `.localhost` is this machine (RFC 6761 §6.3), whatever the resolver says.
      const options = {
        host: '127.0.0.1',
        port: url.port,
        method,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, cookie: cookiesFor(jar, url.host), ...headers },
      }
      const outgoing = request(options, (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => {
          keepCookies(jar, url.host, incoming.headers['set-cookie'] ?? [])
          const answerHeaders = Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
          )
          resolve({
            status: incoming.statusCode ?? 0,
            headers: answerHeaders,
            text: Buffer.concat(chunks).toString(),
            location: new URL(incoming.headers.location ?? '', address).href,
          })
        })
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  return {
    get: (address) => send('GET', address, ''),
    post: (address, form) =>
      send('POST', address, new URLSearchParams(form).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
      }),
    send,
  }
}
