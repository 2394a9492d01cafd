import { createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { inside, numberIn, readAll, smallNumber, type Tlv, textIn, tlv } from './fake-ldap-ber.ts'
import { type FakeEntry, matches, valuesOf } from './fake-ldap-filter.ts'
import { listening } from './listening.ts'

/** What a directory answers to a bind, when it does not follow from the password. */
export interface BindSaid {
  readonly code: number
  readonly message?: string
  /** The error of a password policy. */
  readonly policy?: number
}

/** How a directory behaves; may change while it runs. */
export interface FakeLdapWays {
  readonly entries: readonly FakeEntry[]
  readonly bind?: (dn: string, password: string) => BindSaid | undefined
  /** `nobody`: whoever binds is taken for nobody. `unknown`: does not know the question. */
  readonly whoAmI?: 'nobody' | 'unknown'
  /** Answers nothing to these. */
  readonly hangs?: 'all' | 'search' | 'bind'
  /** Gives no more entries than that, and says so. */
  readonly limit?: number
  /** Says of every search that there is more elsewhere. */
  readonly refersTo?: string
  /** `refused`: has no TLS. `closed`: takes StartTLS and hangs up. `spoken`: says more before TLS begins. */
  readonly startTls?: 'refused' | 'closed' | { readonly spoken: Buffer }
}

export interface FakeLdapOptions extends FakeLdapWays {
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** TLS from the first byte. */
  readonly ldaps?: true
  readonly port?: number
}

export interface Bind {
  readonly dn: string
  readonly password: string
  /** Which connection it came on. */
  readonly connection: number
  readonly isSafe: boolean
}

const message = (id: number, ...parts: readonly Buffer[]): Buffer => tlv(0x30, smallNumber(2, id), ...parts)
const result = (tag: number, code: number, ...more: readonly (Buffer | string)[]): Buffer => {
  const [said = '', ...rest] = more
  return tlv(tag, smallNumber(0x0a, code), tlv(4), tlv(4, said), ...rest)
}

/**
 * What somebody in between says before TLS begins: a successful bind's answer (message `id`) whose last words are still to
 * come, and are the directory's own refusal.
 */
export const forgedBind = (id: number): Buffer => {
  const refusal = message(id, result(0x61, 49))
  const forged = message(id, result(0x61, 0, Buffer.alloc(refusal.length)))
  return forged.subarray(0, forged.length - refusal.length)
}

/** A directory that listens on loopback, with what it was asked. Like Active Directory, it takes an empty password for nobody's bind. */
export const fakeLdap = async (options: FakeLdapOptions) => {
  const { certificate, ldaps } = options
  let ways: FakeLdapWays = options
  const binds: Bind[] = []
  const filters: Tlv[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const context = certificate && createSecureContext(certificate)
  const safe = (socket: Socket): TLSSocket => new TLSSocket(socket, { isServer: true, ...(context && { secureContext: context }) })
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)))
    const seen = { binds, filters, ways: () => ways, connection: connections, safe: context && safe }
    serve(ldaps ? safe(socket) : socket, seen)
  })
  const port = await listening(server, '127.0.0.1', options.port ?? 0)
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    binds,
    filters,
    connections: () => connections,
    change: (more: Partial<FakeLdapWays>) => {
      ways = { ...ways, ...more }
    },
    /** Ends all connections; new ones are taken. */
    hangUp,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        hangUp()
      }),
  }
}

interface Seen {
  readonly binds: Bind[]
  readonly filters: Tlv[]
  readonly ways: () => FakeLdapWays
  readonly connection: number
  readonly safe: ((socket: Socket) => TLSSocket) | undefined
}

const serve = (socket: Socket, seen: Seen): void => {
  const boundAs = { dn: '' }
  let rest: Buffer = Buffer.alloc(0)
  socket.on('error', () => undefined)
  const take = (one: Tlv): void => {
    const [id, operation] = inside(one)
    if (!operation || seen.ways().hangs === 'all') return
    if (isStartTls(operation)) return startTls(socket, numberIn(id), seen, read)
    answer({ socket, id: numberIn(id), operation, boundAs }, seen)
  }
  const read = (chunk: Buffer): void => {
    const next = readOrNothing(Buffer.concat([rest, chunk]))
    // Somebody who speaks another language, TLS for example.
    if (!next) return void socket.destroy()
    rest = next.rest
    next.all.forEach(take)
  }
  socket.on('data', read)
}

const readOrNothing = (octets: Buffer) => {
  try {
    return readAll(octets)
  } catch {
    return undefined
  }
}

const isStartTls = (operation: Tlv): boolean => operation.tag === 0x77 && textIn(inside(operation)[0]) === '1.3.6.1.4.1.1466.20037'

const startTls = (socket: Socket, id: number, seen: Seen, read: (chunk: Buffer) => void): void => {
  const { startTls: way } = seen.ways()
  if (way === 'refused' || !seen.safe) return void socket.write(message(id, result(0x78, 2)))
  if (way === 'closed') return void socket.end(message(id, result(0x78, 0)))
  socket.off('data', read)
  const spoken = typeof way === 'object' ? way.spoken : Buffer.alloc(0)
  socket.write(Buffer.concat([message(id, result(0x78, 0)), spoken]))
  serve(seen.safe(socket), seen)
}

interface Asked {
  readonly socket: Socket
  readonly id: number
  readonly operation: Tlv
  readonly boundAs: { dn: string }
}

const answer = (asked: Asked, seen: Seen): void => {
  switch (asked.operation.tag) {
    case 0x60:
      return bind(asked, seen)
    case 0x63:
      return search(asked, seen)
    case 0x77:
      return whoAmI(asked, seen)
    default:
      asked.socket.end()
  }
}

const bind = ({ socket, id, operation, boundAs }: Asked, { binds, ways, connection }: Seen): void => {
  const [, name, simple] = inside(operation)
  const [dn, password] = [textIn(name), textIn(simple)]
  binds.push({ dn, password, connection, isSafe: socket instanceof TLSSocket })
  const { entries, bind: own, hangs } = ways()
  if (hangs === 'bind') return
  const person = entries.find((one) => one.dn.toLowerCase() === dn.toLowerCase())
  const isRight = password === '' || (person?.password !== undefined && person.password === password)
  const { code, message: said = '', policy } = own?.(dn, password) ?? { code: isRight ? 0 : 49 }
  boundAs.dn = code === 0 && password !== '' ? dn : ''
  const control = policy === undefined ? [] : [tlv(0xa0, policyControl(policy))]
  socket.write(message(id, result(0x61, code, said), ...control))
}

const policyControl = (error: number): Buffer =>
  tlv(0x30, tlv(4, '1.3.6.1.4.1.42.2.27.8.5.1'), tlv(4, tlv(0x30, tlv(0x81, Buffer.from([error])))))

const search = ({ socket, id, operation }: Asked, { filters, ways }: Seen): void => {
  const [base, scope, , size, , , filter, attributes] = inside(operation)
  if (!filter) return
  filters.push(filter)
  const { entries, hangs, refersTo, limit: own = 0 } = ways()
  if (hangs === 'search') return
  const [from, isBase] = [textIn(base).toLowerCase(), numberIn(scope) === 0]
  const inScope = ({ dn }: FakeEntry) => (isBase ? dn.toLowerCase() === from : dn.toLowerCase().endsWith(from))
  const found = entries.filter((entry) => inScope(entry) && matches(filter, entry, entries))
  const limit = numberIn(size) || own
  const names = attributes ? inside(attributes).map(textIn) : []
  for (const entry of found.slice(0, limit || undefined)) socket.write(message(id, written(entry, names)))
  if (refersTo) socket.write(message(id, tlv(0x73, tlv(4, refersTo))))
  socket.write(message(id, result(0x65, limit > 0 && found.length > limit ? 4 : 0)))
}

/** By the directory's own names for attributes, however they were asked for; `;range=0-1499` is an option of one. */
const written = (entry: FakeEntry, names: readonly string[]): Buffer => {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const attributes = Object.keys(entry.attributes).flatMap((name) => {
    const values = wanted.has(name.replace(/;.*/, '').toLowerCase()) ? valuesOf(entry, name) : []
    return values.length === 0 ? [] : [tlv(0x30, tlv(4, name), tlv(0x31, ...values.map((value) => tlv(4, value))))]
  })
  return tlv(0x64, tlv(4, entry.dn), tlv(0x30, ...attributes))
}

const whoAmI = ({ socket, id, boundAs }: Asked, { ways }: Seen): void => {
  const { whoAmI: way } = ways()
  if (way === 'unknown') return void socket.write(message(id, result(0x78, 2)))
  const identity = way === 'nobody' || boundAs.dn === '' ? '' : `dn:${boundAs.dn}`
  socket.write(message(id, result(0x78, 0, '', tlv(0x8b, identity))))
}
