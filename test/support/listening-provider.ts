import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { fakeProvider } from './fake-provider/fake-provider.ts'
import type { FakeProviderOptions } from './fake-provider/provider-state.ts'
import { freePort } from './free-port.ts'

/** The fake provider on a port of its own, for browsers: whoever comes to its page agrees at once. */
export const listeningProvider = async (options: Omit<FakeProviderOptions, 'issuer'>) => {
  const port = await freePort()
  const issuer = `http://acme.localhost:${port}`
  const provider = fakeProvider({ ...options, issuer })
  let waiting = 0
  let most = 0
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const address = `${issuer}${incoming.url}`
    if (incoming.url?.startsWith('/authorize')) {
      const back = provider.authorize(address)
      if (options.answers === 'form') return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end(formTo(back))
      return void outgoing.writeHead(302, { location: back.href }).end()
    }
    waiting += 1
    most = Math.max(most, waiting)
    outgoing.once('close', () => {
      waiting -= 1
    })
    const body = await text(incoming)
    const response = await provider.fetch(address, {
      method: incoming.method ?? 'GET',
      headers: Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(body !== '' && { body }),
    })
    outgoing.writeHead(response.status, { 'content-type': 'application/json' }).end(await response.text())
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    ...provider,
    /** Calls of programs, not of browsers, that have no answer yet and are still waited for; each has a socket to itself. */
    waiting: () => waiting,
    /** The most there ever were at once. */
    mostWaiting: () => most,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** OAuth 2.0 Form Post Response Mode. */
const formTo = ({ origin, pathname, searchParams }: URL): string => {
  const quoted = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const fields = [...searchParams].map(([name, value]) => `<input type="hidden" name="${name}" value="${quoted(value)}">`)
  return `<form method="post" action="${origin}${pathname}">${fields.join('')}</form>`
}

export type ListeningProvider = Awaited<ReturnType<typeof listeningProvider>>
