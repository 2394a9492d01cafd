import type { FastifyRequest } from 'fastify'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Session } from '#kernel/session.ts'
import type { Visit } from '#kernel/visit.ts'
import type { ClientAddress } from './client-address.ts'
import { type CookieJar, hashOfCookie } from './cookies.ts'
import { assertDecodable, readForm } from './forms.ts'
import type { SessionKeeper } from './sign-in-port.ts'

/** A visit, and the value of the browser's own cookie when it has to be set. */
export interface ReadVisit {
  readonly visit: Visit
  readonly newBrowser?: string
}

export interface VisitParts {
  readonly publicUrl: URL
  readonly jar: CookieJar
  readonly address: ClientAddress
  readonly sessions: Pick<SessionKeeper, 'find'>
  readonly clock: Clock
  readonly randomness: Randomness
}

const NO_FORM = new URLSearchParams()

/**
 * Whose visit it is. Few ask, so it is read then, from what the socket said while it was open. A class, because an object
 * with a getter of its own takes longer to make than all else of a visit.
 */
class Caller {
  readonly #address: () => string

  constructor(address: () => string) {
    this.#address = address
  }

  get ip(): string {
    return this.#address()
  }
}

/** Reads a request as the inside sees it. Throws `request_malformed`. */
export const visitReader = (parts: VisitParts) => {
  const reading = async (request: FastifyRequest): Promise<ReadVisit> => {
    const at = parts.clock.now()
    const { headers, socket } = request.raw
    const remoteAddress = socket.remoteAddress ?? ''
    const cookies = parts.jar.read(headers.cookie)
    const session = cookies.session ? await parts.sessions.find(hashOfCookie(cookies.session), at) : undefined
    const newBrowser = cookies.browser ? undefined : randomValue(parts.randomness)
    const caller = new Caller(() => parts.address(remoteAddress, oneHeader(headers['x-forwarded-for'])))
    const visit: Visit = Object.assign(caller, messageOf(request, parts.publicUrl), {
      peer: remoteAddress,
      header: (name: string) => oneHeader(headers[name.toLowerCase()]),
      at,
      browser: hashOfCookie(cookies.browser ?? newBrowser ?? ''),
      ...(newBrowser && { isNewBrowser: true as const }),
      ...(session && { session }),
      ...(cookies.lastConnection && { lastConnection: cookies.lastConnection }),
    })
    return { visit, ...(newBrowser && { newBrowser }) }
  }
  return reading
}

export type VisitReader = ReturnType<typeof visitReader>

/** 32 random bytes for a cookie. */
export const randomValue = (randomness: Randomness): string => randomness.bytes(32).toString('base64url')

/** The id of a session whose cookie holds this value. */
export const sessionOf = (value: string, change: Omit<Session, 'id'>): Session => ({ ...change, id: hashOfCookie(value) })

const messageOf = (request: FastifyRequest, publicUrl: URL): Pick<Visit, 'method' | 'url' | 'form' | 'rawForm'> => {
  const target = request.raw.url ?? '/'
  if (!target.startsWith('/')) throw new UsherError('request_malformed', { detail: { reason: 'request target' } })
  assertDecodable(target)
  const url = new URL(publicUrl.origin + target)
  if (request.raw.method !== 'POST') return { method: 'GET', url, form: NO_FORM }
  return { method: 'POST', url, ...(typeof request.body === 'string' ? readForm(request.body) : { form: NO_FORM }) }
}

/** A header that may have come several times, as one. */
export const oneHeader = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.join(', ')
