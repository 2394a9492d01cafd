import { lookup } from 'node:dns'
import { once } from 'node:events'
import { connect, type LookupFunction, type Socket, isIP } from 'node:net'
import { checkServerIdentity, connect as secure } from 'node:tls'
import { Client } from 'ldapts'
import type { Clock } from '#kernel/clock.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import { LdapFailure, toLdapFailure } from './ldap-failure.ts'
import { isReachable, type LdapServer, type LdapSettings } from './ldap-settings.ts'
import { within } from './ldap-time.ts'

/** Resolving, connecting and making the connection private, together. */
const CONNECT_MS = 3_000
/** RFC 4511 §4.14.1. */
const START_TLS = '1.3.6.1.4.1.1466.20037'

export interface SocketParts {
  readonly clock: Clock
  readonly settings: Pick<LdapSettings, 'ca' | 'allowPrivateAddresses'>
}

/** A connection to a server that proved its name, ready for LDAP. Throws `LdapFailure`. */
export const openSocket = async (server: LdapServer, { clock, settings }: SocketParts): Promise<Socket> => {
  const opened: Socket[] = []
  const keep = <One extends Socket>(socket: One): One => {
    // Whoever waits is told by a rejection; an error nobody waits for ends the connection and nothing else.
    socket.on('error', () => undefined)
    opened.push(socket)
    return socket
  }
  const giveUp = () => {
    for (const socket of opened) socket.destroy()
  }
  const opening = async () => {
    const plain = keep(connect({ host: server.host, port: server.port, lookup: lookupFor(server, settings) }))
    await once(plain, 'connect')
    if (server.security === 'plain') return plain
    if (server.security === 'starttls') await askForTls(plain)
    const safe = keep(secure({ socket: plain, ...trustIn(server, settings) }))
    await once(safe, 'secureConnect')
    if (!safe.authorized) throw new LdapFailure('certificate not valid')
    return safe
  }
  try {
    return await within(clock, { ms: CONNECT_MS, giveUp }, opening())
  } catch (error) {
    giveUp()
    throw toLdapFailure(error, server.security === 'plain' ? 'cannot be reached' : 'cannot be reached safely')
  }
}

const trustIn = ({ host }: LdapServer, { ca }: SocketParts['settings']) => ({
  ...(ca && { ca }),
  // A name of its own in the greeting is for hosts with names only (RFC 6066 §3).
  ...(!isIP(host) && { servername: host }),
  checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) => checkServerIdentity(host, certificate),
  minVersion: 'TLSv1.2' as const,
  // Written down, because a variable of the environment turns it off where it is not.
  rejectUnauthorized: true,
})

/**
 * The directory is asked to go on in TLS. The library that asks is thrown away with all it may have read: what somebody
 * slips in before TLS begins must not be taken for an answer to what is said inside.
 */
const askForTls = async (plain: Socket): Promise<void> => {
  const asking = new Client({ url: 'ldap://directory', createConnection: lent(plain) })
  await asking.exop(START_TLS).catch((error: unknown) => {
    throw toLdapFailure(error, 'StartTLS refused')
  })
  plain.removeAllListeners('data')
}

/** Lends the library one connection, once: it must never open another, which would be one without TLS. */
export const lent = (socket: Socket): (() => Socket) => {
  let isLent = false
  return () => {
    if (isLent) throw new LdapFailure('connection lost')
    isLent = true
    return socket
  }
}

/** Only addresses a directory may have; what is connected to is what was looked at. */
const lookupFor = ({ host }: LdapServer, { allowPrivateAddresses }: SocketParts['settings']): LookupFunction => {
  const isHere = isLoopbackHost(host)
  return (hostname, options, callback) => {
    if (isHere) return callback(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4)
    return lookup(hostname, { ...options, all: true }, (error, all) => {
      if (error) return callback(error, '', 0)
      const good = all.filter(({ address }) => isReachable(address, { isHere, allowPrivateAddresses }))
      const [first] = good
      if (!first) return callback(new LdapFailure('address not allowed'), '', 0)
      return options.all ? callback(null, good) : callback(null, first.address, first.family)
    })
  }
}
