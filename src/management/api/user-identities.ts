import { z } from 'zod'
import type { UserRecord } from '#kernel/person.ts'
import { created, ok, refusal, unknownUser } from './reply.ts'
import { type ApiRoute, route } from './route.ts'
import { noBody, noQuery } from './schemas.ts'
import type { UserBook } from './user-book.ts'
import { identityView } from './user-view.ts'

/** `/users/{id}/identities`: several accounts of one person. */
export const userIdentityRoutes = ({ users }: { readonly users: UserBook }): readonly ApiRoute[] => [link(users), unlink(users)]

const link = (users: UserBook): ApiRoute =>
  route({
    method: 'POST',
    path: '/users/:id/identities',
    scope: 'update:users',
    query: noQuery,
    body: z.strictObject({
      provider: z.string().min(1),
      user_id: z.union([z.string().min(1), z.int()]).transform(String),
      connection_id: z.string().min(1).optional(),
    }),
    handle: async ({ part, body, occasion }) => {
      const primary = await users.byPublicId(part('id'))
      const secondary = await secondaryOf(users, body)
      if (!primary || !secondary) return unknownUser
      const { principal, reference, at } = occasion
      const order = { primary: primary.userId, secondary: secondary.userId, by: principal.name, reference, at }
      return created((await users.link(order)).identities.map(identityView))
    },
  })

interface Named {
  readonly provider: string
  readonly user_id: string
  readonly connection_id?: string | undefined
}

/** Clients give the id with its provider before it, or without. */
const secondaryOf = async (users: UserBook, { provider, user_id, connection_id }: Named): Promise<UserRecord | undefined> => {
  const start = `${provider}|`
  const found = (await users.byPublicId(start + user_id)) ?? (user_id.startsWith(start) ? await users.byPublicId(user_id) : undefined)
  if (connection_id !== undefined && found?.identities[0].identity.connection !== connection_id) return undefined
  return found
}

const unlink = (users: UserBook): ApiRoute =>
  route({
    method: 'DELETE',
    path: '/users/:id/identities/:provider/:identity',
    scope: 'update:users',
    query: noQuery,
    body: noBody,
    handle: async ({ part, occasion }) => {
      const primary = await users.byPublicId(part('id'))
      if (!primary) return unknownUser
      const [provider, providerUserId] = [part('provider'), part('identity')]
      const [own] = primary.identities
      if (own.provider === provider && own.providerUserId === providerUserId)
        return refusal(400, 'operation_not_supported', 'The main identity cannot be taken away.')
      const { principal, reference, at } = occasion
      const order = { primary: primary.userId, provider, providerUserId, by: principal.name, reference, at }
      const after = await users.unlink(order)
      return after ? ok(after.identities.map(identityView)) : refusal(404, 'inexistent_identity', 'The user has no such identity.')
    },
  })
