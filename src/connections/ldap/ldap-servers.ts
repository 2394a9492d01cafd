import { type Clock, ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import { LdapFailure, Silence, toLdapFailure } from './ldap-failure.ts'
import { type LdapEntry, type LdapLink, type LdapQuestion, ldapLink } from './ldap-link.ts'
import type { LdapServer, LdapSettings } from './ldap-settings.ts'
import { openSocket } from './ldap-socket.ts'

/** How long a server that failed is left alone. */
const PAUSE_MS = 10 * ONE_SECOND_MS
/** And one that refused our own account: asking again and again would lock it. */
const REFUSED_PAUSE_MS = ONE_MINUTE_MS
/** A search connection nobody used for so long is closed. */
const IDLE_MS = ONE_MINUTE_MS

export interface ServersParts {
  /** The connection's name, for the log. */
  readonly name: string
  readonly settings: LdapSettings
  readonly clock: Clock
  readonly log: Log
}

export interface LdapServers {
  /** A connection of one's own, that nobody is bound on. Throws `LdapFailure` when no server takes one. */
  readonly open: () => Promise<LdapLink>
  /** What went wrong on a connection: its server is left alone for a while if it was silence. */
  readonly blame: (link: LdapLink, error: unknown) => void
  /** Asked as the service account, over a connection that all share. Throws `LdapFailure`. */
  readonly search: (question: LdapQuestion) => Promise<readonly LdapEntry[]>
}

/** The servers of a directory, in order; one that hangs or fails is left out for a while. */
export const ldapServers = (parts: ServersParts): LdapServers => {
  const { settings, clock } = parts
  const { round, blame } = serverRound(parts)
  const openOne = async (server: LdapServer): Promise<LdapLink> => ldapLink(await openSocket(server, { clock, settings }), clock)
  const openBound = async (server: LdapServer): Promise<LdapLink> => {
    const socket = await openSocket(server, { clock, settings })
    // It closes by itself, so that settings that are no longer in force hold nothing open; nor does it keep us running.
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.unref()
    const link = ldapLink(socket, clock)
    try {
      const { isRight, code } = await link.bind(settings.bindDn, settings.bindPassword.reveal())
      if (!isRight) throw new ServiceRefused(code)
      return link
    } catch (error) {
      link.close()
      throw error
    }
  }
  return { open: () => round(openOne), blame, search: sharedSearch(() => round(openBound), blame) }
}

/** Our own account was refused: by now or always, waiting will not help much. */
class ServiceRefused extends LdapFailure {
  constructor(code: number) {
    super(`the service account was refused, code ${code}`)
    this.name = 'ServiceRefused'
  }
}

const serverRound = ({ name, settings, clock, log }: ServersParts) => {
  const pausedUntil = new Map<LdapServer, number>()
  const pause = (server: LdapServer, failure: LdapFailure): void => {
    pausedUntil.set(server, clock.now() + (failure instanceof ServiceRefused ? REFUSED_PAUSE_MS : PAUSE_MS))
    log.warn('directory_server_failed', { connection: name, address: `${server.host}:${server.port}`, reason: failure.reason })
  }
  const owners = new WeakMap<LdapLink, LdapServer>()
  const blame = (link: LdapLink, error: unknown): void => {
    const server = owners.get(link)
    if (server && error instanceof Silence) pause(server, error)
  }
  const round = async (open: (server: LdapServer) => Promise<LdapLink>): Promise<LdapLink> => {
    let last = new LdapFailure('every server failed a moment ago')
    for (const server of settings.servers) {
      // Nobody waits for a server others have just waited for in vain.
      if ((pausedUntil.get(server) ?? 0) > clock.now()) continue
      try {
        const link = await open(server)
        owners.set(link, server)
        return link
      } catch (error) {
        last = toLdapFailure(error, 'cannot be reached')
        pause(server, last)
      }
    }
    throw last
  }
  return { round, blame }
}

const sharedSearch = (open: () => Promise<LdapLink>, blame: LdapServers['blame']): LdapServers['search'] => {
  let held: Promise<LdapLink> | undefined
  const link = async (): Promise<{ readonly link: LdapLink; readonly isNew: boolean }> => {
    const seen = held
    const known = await seen?.catch(() => undefined)
    if (known?.isOpen()) return { link: known, isNew: false }
    // Somebody else may have begun a new one while this one waited.
    if (held !== seen) return link()
    held = open()
    return { link: await held, isNew: true }
  }
  return async (question) => {
    const first = await link()
    try {
      return await first.link.search(question)
    } catch (error) {
      blame(first.link, error)
      // It may have been closed while nobody used it, which says nothing about the directory; and others may answer.
      const mayBeAsked = !first.link.isOpen() && (!first.isNew || error instanceof Silence)
      if (!mayBeAsked) throw error
      const second = await link()
      return second.link.search(question).catch((again: unknown) => {
        blame(second.link, again)
        throw again
      })
    }
  }
}
