import { lookup, Resolver } from 'node:dns/promises'
import { connect as connectTo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createLane } from '#lib/lane.ts'
import type { EgressParts } from './egress.ts'

const resolver = new Resolver({ timeout: 2_000, tries: 2 })
const inTurn = createLane()
const MOST_WAITING = 16
let waiting = 0

/**
 * The machine's own resolver and network. Names are asked for without the threads that sign and hash: a script with many
 * slow names waits alone. Only one at a time of those that no server knows is looked for where the machine keeps its own.
 */
export const wayOut: Pick<EgressParts, 'lookup' | 'connect' | 'ownAddresses'> = {
  lookup: async (host) => {
    const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const addresses = found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    return addresses.length > 0 ? addresses : asTheMachineKnows(host)
  },
  ownAddresses: () => Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)),
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

const asTheMachineKnows = async (host: string): Promise<readonly string[]> => {
  if (waiting >= MOST_WAITING) return []
  waiting += 1
  try {
    return await inTurn(async () => (await lookup(host, { all: true })).map(({ address }) => address))
  } finally {
    waiting -= 1
  }
}
