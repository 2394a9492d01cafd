import { z } from 'zod'
import type { JsonObject } from '#kernel/json.ts'
import type { Method, UserId } from '#kernel/person.ts'
import type { KeptSession, Whose } from '#kernel/session.ts'
import { accepted, ok, refusal, unknownUser } from './reply.ts'
import { type ApiRoute, route } from './route.ts'
import { noBody, noQuery, onward, USUAL_PAGE } from './schemas.ts'
import type { UserBook } from './user-book.ts'

interface SessionReport extends KeptSession {
  readonly connectionName?: string
}

/** Sessions as the Management API shows and ends them. */
export interface SessionParts {
  readonly users: Pick<UserBook, 'byPublicId'>
  readonly sessions: {
    readonly sessions: (asked: { readonly user: UserId; readonly limit: number; readonly from?: string }) => Promise<{
      readonly sessions: readonly SessionReport[]
      readonly next?: string
    }>
    /** How many there were; undefined when there is no such session or user. */
    readonly endSessions: (whose: Whose, trace: { readonly by: string; readonly reference: string }) => Promise<number | undefined>
  }
}

/** `/sessions` and `/users/{id}/sessions`: where somebody is remembered, and no more. */
export const sessionRoutes = (parts: SessionParts): readonly ApiRoute[] => [list(parts), endAll(parts), endOne(parts)]

const list = ({ users, sessions }: SessionParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/users/:id/sessions',
    scope: 'read:sessions',
    query: z.strictObject(onward),
    body: noBody,
    handle: async ({ part, query: { from, take = USUAL_PAGE } }) => {
      const found = await users.byPublicId(part('id'))
      if (!found) return unknownUser
      const page = await sessions.sessions({ user: found.userId, limit: take, ...(from !== undefined && { from }) })
      const shown = page.sessions.map((one) => sessionView(one, found.publicId))
      return ok({ sessions: shown, ...(page.next !== undefined && { next: page.next }) })
    },
  })

const endAll = ({ users, sessions }: SessionParts): ApiRoute =>
  route({
    method: 'DELETE',
    path: '/users/:id/sessions',
    scope: 'delete:sessions',
    query: noQuery,
    body: noBody,
    handle: async ({ part, occasion: { principal, reference } }) => {
      const found = await users.byPublicId(part('id'))
      if (!found) return unknownUser
      const ended = await sessions.endSessions({ user: found.userId }, { by: principal.name, reference })
      return ended === undefined ? unknownUser : accepted
    },
  })

const endOne = ({ sessions }: SessionParts): ApiRoute =>
  route({
    method: 'DELETE',
    path: '/sessions/:id',
    scope: 'delete:sessions',
    query: noQuery,
    body: noBody,
    handle: async ({ part, occasion: { principal, reference } }) => {
      const ended = await sessions.endSessions({ session: part('id') }, { by: principal.name, reference })
      return ended === undefined ? refusal(404, 'inexistent_session', 'The session does not exist.') : accepted
    },
  })

const instant = (at: number): string => new Date(at).toISOString()

/** As Auth0 calls them where it has a word. */
const METHODS = { password: 'pwd', federated: 'federated', windows: 'windows', certificate: 'certificate' } as const satisfies Record<
  Method,
  string
>

/** A session as Auth0 shows it, and the connection it came by. */
const sessionView = (one: SessionReport, userId: string): JsonObject => {
  const { at, method, secondFactor } = one.authentication
  return {
    id: one.id,
    user_id: userId,
    created_at: instant(one.createdAt),
    authenticated_at: instant(at),
    last_interacted_at: instant(one.lastSeenAt),
    expires_at: instant(one.expiresAt),
    connection: one.connectionName ?? one.connection,
    ...(one.address !== undefined && { device: { last_ip: one.address } }),
    authentication: {
      methods: [
        { name: METHODS[method], timestamp: instant(at) },
        ...(secondFactor ? [{ name: 'mfa', timestamp: instant(secondFactor.at) }] : []),
      ],
    },
  }
}
