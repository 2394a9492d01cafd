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
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const address = `${issuer}${incoming.url}`
    if (incoming.url?.startsWith('/authorize')) return void outgoing.writeHead(302, { location: provider.authorize(address).href }).end()
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
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type ListeningProvider = Awaited<ReturnType<typeof listeningProvider>>
