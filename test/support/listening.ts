import { once } from 'node:events'
import type { Server } from 'node:net'

/** Has a server listen, on a port nobody has unless one is named; returns the port. */
export const listening = async (server: Server, host = '127.0.0.1', port = 0): Promise<number> => {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('a server without a port')
  return address.port
}
