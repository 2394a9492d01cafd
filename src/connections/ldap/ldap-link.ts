import type { Socket } from 'node:net'
import { Client, type Entry, type Filter, PasswordPolicyControl, ResultCodeError } from 'ldapts'
import { type Clock, ONE_SECOND_MS } from '#kernel/clock.ts'
import { LdapFailure, toLdapFailure } from './ldap-failure.ts'
import { lent } from './ldap-socket.ts'
import { within } from './ldap-time.ts'

/** One question, from the first byte sent to the last byte read. */
const OPERATION_MS = 5 * ONE_SECOND_MS
const MOST_ANSWER_BYTES = 4 * 1024 * 1024
/** RFC 4532. */
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3'

/** An entry as the directory gave it: octets by the name of the attribute, in lower case. */
export interface LdapEntry {
  readonly dn: string
  readonly values: ReadonlyMap<string, readonly Buffer[]>
}

export interface LdapQuestion {
  readonly base: string
  readonly scope: 'base' | 'sub'
  readonly filter: Filter
  readonly attributes: readonly string[]
}

/** What a directory said of a name and a password. */
export interface BindOutcome {
  readonly isRight: boolean
  /** RFC 4511 §4.1.9. */
  readonly code: number
  /** Active Directory's own word for why not: `52e`, `533`. */
  readonly data?: string
  /** draft-behera-ldap-password-policy: why the password is not good enough, whether it was right or not. */
  readonly policy?: number
}

/** One connection to one server. Everything throws `LdapFailure` when it cannot tell. */
export interface LdapLink {
  readonly search: (question: LdapQuestion) => Promise<readonly LdapEntry[]>
  readonly bind: (dn: string, password: string) => Promise<BindOutcome>
  /** Whom the directory takes us for; undefined where it does not answer that. */
  readonly whoAmI: () => Promise<string | undefined>
  readonly isOpen: () => boolean
  readonly close: () => void
}

/** LDAP over a connection that is open and safe already. */
export const ldapLink = (socket: Socket, clock: Clock): LdapLink => {
  const client = new Client({ url: 'ldap://directory', createConnection: lent(socket) })
  let received = 0
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > MOST_ANSWER_BYTES) socket.destroy()
  })
  const asked = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (socket.destroyed) throw new LdapFailure('connection lost')
    received = 0
    return within(clock, { ms: OPERATION_MS, giveUp: () => socket.destroy() }, work())
  }
  return {
    search: (question) => asked(() => found(client, question)).catch(failed('search refused')),
    bind: (dn, password) => asked(() => bound(client, dn, password)).catch(failed('bind not answered')),
    whoAmI: () => asked(() => named(client)).catch(failed('identity not answered')),
    isOpen: () => !socket.destroyed && socket.writable && socket.readable,
    close: () => void socket.destroy(),
  }
}

/** The library's own words may repeat what was asked: they go no further. */
const failed =
  (otherwise: string) =>
  (error: unknown): never => {
    if (error instanceof ResultCodeError) throw new LdapFailure(`${otherwise}, code ${error.code}`)
    throw toLdapFailure(error, otherwise)
  }

const found = async (client: Client, { base, scope, filter, attributes }: LdapQuestion): Promise<readonly LdapEntry[]> => {
  const { searchEntries } = await client.search(base, {
    scope,
    filter,
    attributes: [...attributes],
    explicitBufferAttributes: EVERY,
    // None of ours: with one the library takes a part for the whole where the server has a smaller one. Its own is an error then.
    sizeLimit: 0,
    timeLimit: OPERATION_MS / ONE_SECOND_MS,
    derefAliases: 'never',
  })
  // Where it is referred to another server, it is not followed: nobody here trusts that one.
  return searchEntries.map(entryOf)
}

/**
 * All of it as octets, in whatever case the directory writes its names: what is text is decided by whoever reads it. The
 * library looks names up in a list, as they are written.
 */
const EVERY: string[] = Object.assign([], { includes: () => true })

const entryOf = ({ dn, ...attributes }: Entry): LdapEntry => ({
  dn,
  values: new Map(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), [value].flat().map(octets)])),
})

const octets = (value: Buffer | string): Buffer => {
  if (!Buffer.isBuffer(value)) throw new LdapFailure('an attribute that was not read as octets')
  return value
}

const bound = async (client: Client, dn: string, password: string): Promise<BindOutcome> => {
  // An empty name or password is a bind without a person, and succeeds (RFC 4513 §5.1.2): it must not reach the wire.
  if (dn.trim() === '' || password.trim() === '') throw new LdapFailure('bind without a name or a password')
  const policy = new PasswordPolicyControl()
  const code = await client.bind(dn, password, policy).then(
    () => ({ code: 0, said: '' }),
    (error: unknown) => {
      if (error instanceof ResultCodeError) return { code: error.code, said: error.message }
      throw error
    },
  )
  const data = /\bdata ([0-9a-f]{3,8})\b/.exec(code.said)?.[1]
  const { error } = policy.value ?? {}
  return { isRight: code.code === 0, code: code.code, ...(data && { data }), ...(error !== undefined && { policy: error }) }
}

/** Protocol error and unwilling to perform: it does not know the question. */
const NOT_KNOWN = new Set([2, 12, 53])

const named = async (client: Client): Promise<string | undefined> => {
  try {
    return (await client.exop(WHO_AM_I)).value ?? ''
  } catch (error) {
    if (error instanceof ResultCodeError && NOT_KNOWN.has(error.code)) return undefined
    throw error
  }
}
