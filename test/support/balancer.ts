import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** Longer than a crowd on a slow machine pauses between two clicks. */
const KEEP_ALIVE_MS = 65_000

/** What stands in front of several nodes: each request goes to the next of them, byte for byte, over a connection of its own. */
export const openBalancer = async (port: number, nodePorts: readonly number[]) => {
  let turn = 0
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const node = nodePorts[turn++ % nodePorts.length]
    const { method, url, headers } = incoming
    const onward = request({ host: '127.0.0.1', port: node, method, path: url, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, forward)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    /** How many requests came through. */
    count: () => turn,
    close: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
