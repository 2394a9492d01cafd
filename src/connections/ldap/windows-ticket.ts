import { UsherError } from '#kernel/errors.ts'
import { gate } from '../gate.ts'
import type { Testimony, Witness } from './windows-witness.ts'

/** The optional package `kerberos`: it is compiled for the machine, so whoever wants it installs it. */
export interface KerberosPackage {
  readonly isThere: () => boolean
  /** The module; rejects where it cannot be loaded. */
  readonly load: () => Promise<unknown>
}

const PACKAGE = 'kerberos'

/** The one that lies beside Usher, or in a folder above it. */
export const installedKerberos: KerberosPackage = {
  isThere: () => {
    try {
      return import.meta.resolve(PACKAGE) !== ''
    } catch {
      return false
    }
  },
  load: () => import(PACKAGE),
}

/** What we use of it: the acceptor's side of a GSS-API context (RFC 2743). */
interface Acceptor {
  readonly initializeServer: (service: string) => Promise<AcceptingContext>
}

interface AcceptingContext {
  /** Rejects for a token that does not hold; resolves once the context is complete. */
  readonly step: (token: string) => Promise<unknown>
  readonly username: unknown
}

/** Tickets are checked on the threads that read files too: never on all four, and the others wait their turn. */
const AT_ONCE = { running: 2, waiting: 64 } as const

/**
 * The ticket a browser shows (SPNEGO, RFC 4178, over HTTP as RFC 4559 has it). It is checked with the key in the keytab, and
 * nobody is asked; that it counts once is seen to by the library's replay cache. One message has to be enough, which keeps
 * NTLM out whatever is installed on the machine.
 */
export const ticketWitness = (service: string, kerberos: KerberosPackage): Witness => {
  const enter = gate(AT_ONCE)
  let loading: Promise<Acceptor> | undefined
  const acceptor = (): Promise<Acceptor> => {
    loading ??= kerberos.load().then(acceptorIn)
    return loading
  }
  return async (visit) => {
    const sent = tokenIn(visit.header('authorization'))
    if (sent.kind !== 'token') return sent
    return enter(async () => accepted(await acceptor(), service, sent.token)).catch(failed)
  }
}

const acceptorIn = (loaded: unknown): Acceptor => {
  if (!isAcceptor(loaded)) throw new UsherError('settings_invalid', { detail: { reason: 'another package of that name' } })
  return loaded
}

const isAcceptor = (loaded: unknown): loaded is Acceptor =>
  typeof loaded === 'object' && loaded !== null && 'initializeServer' in loaded && typeof loaded.initializeServer === 'function'

const accepted = async (acceptor: Acceptor, service: string, token: string): Promise<Testimony> => {
  // A context of its own for every message, and the keytab as it is now.
  const context = await acceptor.initializeServer(service)
  await context.step(token)
  return typeof context.username === 'string' ? { kind: 'principal', principal: context.username } : refused('nobody')
}

/** What the library says of a ticket goes to the log; the person is asked for a password. */
const failed = (thrown: unknown): Testimony => {
  const error = thrown instanceof UsherError ? thrown : new UsherError('connection_answer_invalid', { cause: thrown })
  return { kind: 'refused', reason: 'ticket', error }
}

/** Windows sends no token above 48,000 bytes (MaxTokenSize). */
const MOST_CHARACTERS = 64_000
/** The first byte of a GSS-API token that begins a context (RFC 2743 §3.1); NTLM's begins otherwise. */
const INITIAL_TOKEN = 0x60
const NTLM = Buffer.from('NTLMSSP\0')

type Sent = Testimony | { readonly kind: 'token'; readonly token: string }

const tokenIn = (header: string | undefined): Sent => {
  if (header === undefined || !/^negotiate\b/i.test(header)) return { kind: 'silent' }
  const token = /^negotiate +([A-Za-z0-9+/]+={0,2})$/i.exec(header.slice(0, MOST_CHARACTERS + 20))?.[1]
  if (token === undefined || token.length > MOST_CHARACTERS || token.length % 4 !== 0) return refused('malformed')
  const bytes = Buffer.from(token, 'base64')
  if (bytes.includes(NTLM)) return refused('ntlm')
  return bytes[0] === INITIAL_TOKEN ? { kind: 'token', token } : refused('malformed')
}

const refused = (reason: string) => ({ kind: 'refused', reason }) as const
