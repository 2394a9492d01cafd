import { z } from 'zod'
import type { JsonObject } from '#kernel/json.ts'
import type { UserId, UserRecord } from '#kernel/person.ts'
import { ok, refusal, unknownUser } from './reply.ts'
import { type ApiRoute, route } from './route.ts'
import { choosing, chosen, noBody, noQuery, pageOf, paging } from './schemas.ts'
import type { UserBook, UserPatch } from './user-book.ts'
import { userQuery } from './user-query.ts'
import { userView } from './user-view.ts'

export interface UserParts {
  readonly users: UserBook
  /** What becomes of a patch of app metadata before it is kept. */
  readonly beforeMetadata?: (userId: UserId, patch: JsonObject) => Promise<JsonObject> | JsonObject
}

/** `/users`, without their identities. */
export const userRoutes = (parts: UserParts): readonly ApiRoute[] => [search(parts), byEmail(parts), show(parts), change(parts)]

const search = ({ users }: UserParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/users',
    scope: 'read:users',
    query: z.strictObject({
      ...paging,
      ...choosing,
      q: z.string().optional(),
      search_engine: z.enum(['v2', 'v3']).optional(),
      connection: z.string().min(1).optional(),
      sort: z
        .string()
        .regex(/^(created_at|last_login|logins_count|email):-?1$/, 'created_at, last_login, logins_count or email, with :1 or :-1')
        .optional(),
    }),
    body: noBody,
    handle: async ({ query }) => {
      const asked = userQuery(query.q ?? '')
      if (typeof asked === 'string') return refusal(400, 'invalid_query_string', asked)
      const where = { ...asked, ...(query.connection !== undefined && { connectionName: query.connection }) }
      const { page, perPage } = pageOf(query)
      const { records, total } = await users.search({ where, ...orderOf(query.sort), page, perPage })
      const shown = records.map((one) => chosen(userView(one), query))
      if (!query.include_totals) return ok(shown)
      return ok({ start: page * perPage, limit: perPage, length: shown.length, total, users: shown })
    },
  })

const ORDERS = { created_at: 'created', last_login: 'lastLogin', logins_count: 'logins', email: 'email' } as const

const orderOf = (sort = '') => {
  const by = Object.entries(ORDERS).find(([name]) => sort.startsWith(`${name}:`))?.[1]
  return by && { order: { by, isDescending: sort.endsWith(':-1') } }
}

const byEmail = ({ users }: UserParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/users-by-email',
    scope: 'read:users',
    query: z.strictObject({ ...choosing, email: z.string().min(1) }),
    body: noBody,
    handle: async ({ query }) => {
      const found = await users.byEmail(query.email)
      return ok(found.map((one) => chosen(userView(one), query)))
    },
  })

const show = ({ users }: UserParts): ApiRoute =>
  route({
    method: 'GET',
    path: '/users/:id',
    scope: 'read:users',
    query: z.strictObject(choosing),
    body: noBody,
    handle: async ({ part, query }) => {
      const found = await users.byPublicId(part('id'))
      return found ? ok(chosen(userView(found), query)) : unknownUser
    },
  })

const text = z.string().min(1).max(300)
const metadata = z.record(z.string().max(300), z.json())

const changes = z
  .strictObject({
    name: text,
    given_name: text,
    family_name: text,
    nickname: text,
    picture: z.url({ protocol: /^https?$/ }).max(2_000),
    blocked: z.boolean(),
    email_verified: z.boolean(),
    app_metadata: metadata,
    user_metadata: metadata,
    // Clients say which connection they mean; there is only one that a user's own fields can belong to.
    connection: z.string(),
    client_id: z.string(),
  })
  .partial()
  .refine((body) => Object.keys(body).some((name) => name !== 'connection' && name !== 'client_id'), 'names nothing to change')

type Changes = z.infer<typeof changes>

const change = ({ users, beforeMetadata = (_, patch) => patch }: UserParts): ApiRoute =>
  route({
    method: 'PATCH',
    path: '/users/:id',
    scope: 'update:users',
    query: noQuery,
    body: changes,
    handle: async ({ part, body, occasion }) => {
      const found = await users.byPublicId(part('id'))
      if (!found) return unknownUser
      const problem = problemWith(body, found)
      if (problem !== undefined) return refusal(400, 'operation_not_supported', problem)
      const app = body.app_metadata && (await beforeMetadata(found.userId, body.app_metadata))
      const { principal, reference, at } = occasion
      const patch = { ...patchOf(body), ...(app && { app }) }
      const after = await users.patch({ ...patch, publicId: found.publicId, by: principal.name, reference, at })
      return after ? ok(userView(after)) : unknownUser
    },
  })

const problemWith = ({ connection, email_verified }: Changes, { identities: [own] }: UserRecord): string | undefined => {
  if (connection !== undefined && connection !== own.connectionName) return 'Only the fields of the main identity can be changed.'
  if (email_verified !== undefined && own.provider !== 'auth0') return 'The provider says whether this address is confirmed.'
  return undefined
}

const patchOf = (body: Changes): UserPatch => {
  const { name, given_name, family_name, nickname, picture, blocked, email_verified, user_metadata } = body
  const root = Object.entries({ name, given_name, family_name, nickname, picture }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  )
  return {
    ...(root.length > 0 && { root: Object.fromEntries(root) }),
    ...(user_metadata && { user: user_metadata }),
    ...(blocked !== undefined && { blocked }),
    ...(email_verified !== undefined && { emailVerified: email_verified }),
  }
}
