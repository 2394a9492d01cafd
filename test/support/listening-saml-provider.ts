import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Departure } from '#connections/connection.ts'
import { freePort } from './free-port.ts'
import { samlIdentityProvider, type SamlProviderOptions } from './saml-identity-provider.ts'

type Options = Omit<SamlProviderOptions, 'issuer' | 'signInUrl' | 'metadataUrl'>

/** The pretend identity provider on a port of its own, for browsers: whoever comes to its page agrees at once. */
export const listeningSamlProvider = async (options: Options) => {
  const port = await freePort()
  const origin = `http://acme.localhost:${port}`
  const provider = samlIdentityProvider({
    ...options,
    issuer: 'urn:acme:saml',
    signInUrl: `${origin}/sign-in`,
    metadataUrl: `${origin}/metadata`,
  })
  const departures: Departure[] = []
  let agree = provider.agree
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const address = `${origin}${incoming.url}`
    if (incoming.url === '/metadata') {
      const published = await provider.fetch(address)
      return void outgoing.writeHead(published.status, { 'content-type': 'application/samlmetadata+xml' }).end(await published.text())
    }
    const posted = new URLSearchParams(await text(incoming))
    const departure = { location: address, memory: {}, ...(incoming.method === 'POST' && { fields: Object.fromEntries(posted) }) }
    departures.push(departure)
    outgoing.writeHead(200, { 'content-type': 'text/html' }).end(formTo(agree(departure)))
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    ...provider,
    /** How people came here, in order. */
    departures,
    /** How it answers from now on. */
    answerWith: (other: (departure: Departure) => URL) => {
      agree = other
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type ListeningSamlProvider = Awaited<ReturnType<typeof listeningSamlProvider>>

/** saml-bindings §3.5: the answer is posted by the person's browser. */
const formTo = (answer: URL): string => {
  const action = new URL(answer)
  const fields = ['SAMLResponse', 'RelayState'].map((name) => {
    action.searchParams.delete(name)
    return `<input type="hidden" name="${name}" value="${answer.searchParams.get(name) ?? ''}">`
  })
  return `<form method="post" action="${action.href}">${fields.join('')}</form>`
}
