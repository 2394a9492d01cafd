import { lookup } from 'node:dns/promises'
import { connect as connectTo } from 'node:net'
import type { EgressParts } from './egress.ts'

/** The machine's own resolver and network. */
export const wayOut: Pick<EgressParts, 'lookup' | 'connect'> = {
  lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  connect: ({ address, port, signal }) =>
    new Promise((done, failed) => {
      const socket = connectTo({ host: address, port, noDelay: true })
      const giveUp = () => socket.destroy(Object.assign(new Error(`connect ETIMEDOUT ${address}:${port}`), { code: 'ETIMEDOUT' }))
      signal.addEventListener('abort', giveUp)
      socket.once('connect', () => {
        signal.removeEventListener('abort', giveUp)
        socket.off('error', failed)
        done(socket)
      })
      socket.once('error', failed)
    }),
}
