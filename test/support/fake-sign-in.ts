import { createHash } from 'node:crypto'
import { httpServer, type HttpParts } from '../../src/http/server.ts'
import type { SignIn } from '../../src/http/sign-in-port.ts'
import { UsherError } from '../../src/kernel/errors.ts'
import type { Log, LogFields } from '../../src/kernel/log.ts'
import type { Session } from '../../src/kernel/session.ts'
import type { Answer, Visit } from '../../src/kernel/visit.ts'

/** What the web server asked the inside for, in order. */
export interface Call {
  readonly name: keyof SignIn
  readonly visit: Visit
  readonly values: readonly string[]
}

/** An inside that answers what the test says and remembers what it was asked. */
export const fakeSignIn = (answerTo: (call: Call) => Answer | Promise<Answer>) => {
  const calls: Call[] = []
  const called = async (name: keyof SignIn, visit: Visit, ...values: readonly string[]): Promise<Answer> => {
    const call = { name, visit, values }
    calls.push(call)
    return answerTo(call)
  }
  const signIn: SignIn = {
    arrive: (protocol, visit) => called('arrive', visit, protocol),
    smartLink: (visit) => called('smartLink', visit),
    namedLink: (name, visit) => called('namedLink', visit, name),
    proceed: (transaction, visit) => called('proceed', visit, transaction),
    ways: (transaction, visit) => called('ways', visit, transaction),
    choose: (transaction, connection, visit) => called('choose', visit, transaction, connection),
    email: (transaction, visit) => called('email', visit, transaction),
    windows: (transaction, visit) => called('windows', visit, transaction),
    password: (transaction, visit) => called('password', visit, transaction),
    account: (transaction, visit) => called('account', visit, transaction),
    legacyCallback: (visit) => called('legacyCallback', visit),
    callback: (connection, visit) => called('callback', visit, connection),
    tryConnection: (ticket, visit) => called('tryConnection', visit, ticket),
    describe: (connection, visit) => called('describe', visit, connection),
    continue: (visit) => called('continue', visit),
    ownPage: (wish, visit) => called('ownPage', visit, wish),
    signOut: (visit) => called('signOut', visit),
    async *watch(transaction, visit) {
      calls.push({ name: 'watch', visit, values: [transaction] })
      yield { steps: [{ name: 'check', state: 'now' }], done: false }
      yield { steps: [], done: true }
    },
  }
  return { signIn, calls }
}

/** Sessions in a map, by hash, as storage has them. */
export const fakeSessions = () => {
  const kept = new Map<string, Session>()
  return {
    kept,
    find: async (id: string, at: number) => {
      const session = kept.get(id)
      return session && session.expiresAt > at ? session : undefined
    },
    start: async (session: Session) => void kept.set(session.id, session),
    end: async (id: string) => void kept.delete(id),
  }
}

/** A log that keeps its lines. */
export const fakeLog = () => {
  const lines: { readonly level: keyof Log; readonly event: string; readonly fields: LogFields }[] = []
  const at =
    (level: keyof Log) =>
    (event: string, fields: LogFields = {}) =>
      void lines.push({ level, event, fields })
  return { lines, log: { info: at('info'), warn: at('warn'), error: at('error') } satisfies Log }
}

/** Different bytes every time, the same ones in every run. */
const countedBytes = () => {
  let count = 0
  return (length: number) => {
    count += 1
    return createHash('shake256', { outputLength: length }).update(String(count)).digest()
  }
}

const neverElapses = (_ms: number, signal?: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))

/** A web server around a fake inside, with nothing real but HTTP. */
export const fakeHttp = (answerTo: (call: Call) => Answer | Promise<Answer>, more: Partial<HttpParts> = {}) => {
  const { signIn, calls } = fakeSignIn(answerTo)
  const sessions = fakeSessions()
  const { log, lines } = fakeLog()
  const parts: HttpParts = {
    publicUrl: new URL('https://id.fabrikam.example'),
    organization: { name: 'Fabrikam' },
    trustedProxies: [],
    listen: { host: '127.0.0.1', port: 0 },
    protocols: ['wsfed'],
    clock: { now: () => 1_700_000_000_000, sleep: neverElapses },
    randomness: { bytes: countedBytes() },
    log,
    signIn,
    sessions,
    health: { isReady: async () => true },
    ...more,
  }
  return { server: httpServer(parts), publicUrl: parts.publicUrl, calls, sessions, lines }
}

/** An inside that is not asked for anything in this test. */
export const unasked = (): never => {
  throw new UsherError('internal_error', { detail: { reason: 'the inside was asked' } })
}
