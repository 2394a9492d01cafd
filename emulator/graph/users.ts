import type { DirectoryView } from '../world.ts'
import type { DirectoryUser } from '../world-state.ts'
import { type GraphAnswer, type GraphCall, type GraphRoute, noContent } from './graph-call.ts'
import { denied, resourceNotFound } from './graph-failure.ts'
import { collection, oneEntity, valueContext } from './odata.ts'
import { userEntity, userRow, userSet } from './user-entity.ts'
import { readUserInput } from './user-input.ts'
import { basicUserProperties, usualUserProperties } from './user-properties.ts'
import { checkChange, checkNewUser } from './user-rules.ts'
import { changedUser, instant, type Maker, newUser, strangerNamed } from './user-versions.ts'

const READ = ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All']
const WRITE = ['User.ReadWrite.All', 'Directory.ReadWrite.All']

const byKey = (view: DirectoryView, key: string): DirectoryUser | undefined => {
  const wanted = key.toLowerCase()
  return view.find(wanted) ?? view.live().find((user) => user.userPrincipalName.toLowerCase() === wanted)
}

/**
 * The person a call names by object id or user principal name. Throws 404 when this call's replica does not know them
 * yet; otherwise gives the newest state, since writes happen at the source.
 */
export const namedUser = (call: GraphCall): DirectoryUser => {
  const seen = byKey(call.view, call.key)
  const user = seen === undefined ? undefined : call.world.truth.find(seen.id)
  if (user === undefined) throw resourceNotFound(call.key)
  return user
}

// With the least permission a few properties are readable; asking for more is refused.
const checkReach = (call: GraphCall): void => {
  if (READ.slice(1).some((role) => call.access.roles.includes(role))) return
  const names = call.query.get('$select')?.split(',') ?? usualUserProperties.filter((name) => basicUserProperties.has(name))
  if (names.some((name) => !basicUserProperties.has(name.trim()))) throw denied()
}

const list = (call: GraphCall): GraphAnswer => {
  checkReach(call)
  return collection(
    userSet,
    call.view.live().map((user) => userRow(call.world.state, user)),
    call,
  )
}

const get = (call: GraphCall): GraphAnswer => {
  checkReach(call)
  const user = byKey(call.view, call.key)
  if (user === undefined) throw resourceNotFound(call.key)
  return { status: 200, body: oneEntity(userSet, userEntity(call.world.state, user), call.query) }
}

const create = async (call: GraphCall): Promise<GraphAnswer> => {
  const { world } = call
  const input = readUserInput(call.body)
  const maker: Maker = { random: world.random, now: call.now, clientId: call.access.clientId }
  const user = await world.write((edit) => {
    checkNewUser(world, input)
    if (world.scenarios.strike('nameTaken') === undefined) return edit.saveUser(newUser(maker, input))
    edit.saveUser(strangerNamed(maker, input), true)
    return undefined
  })
  // Seen again from the start: now the name has a holder, and the rules say so.
  if (user === undefined) return create(call)
  return { status: 201, body: oneEntity(userSet, userEntity(world.state, user), new URLSearchParams()) }
}

// With the permission to enable and disable, nothing else may change.
const checkScope = (call: GraphCall): void => {
  if (WRITE.some((role) => call.access.roles.includes(role))) return
  const isMore = typeof call.body === 'object' && Object.keys(call.body ?? {}).some((name) => name !== 'accountEnabled')
  if (isMore) throw denied()
}

const update = async (call: GraphCall): Promise<GraphAnswer> => {
  checkScope(call)
  const input = readUserInput(call.body)
  await call.world.write((edit) => {
    const user = namedUser(call)
    checkChange(call.world, user, input)
    return edit.saveUser(changedUser(user, input))
  })
  return noContent
}

const remove = async (call: GraphCall): Promise<GraphAnswer> => {
  await call.world.write((edit) => edit.deleteUser(namedUser(call)))
  return noContent
}

const revokeSessions = async (call: GraphCall): Promise<GraphAnswer> => {
  await call.world.write((edit) => edit.saveUser({ ...namedUser(call), signInSessionsValidFromDateTime: instant(call.now) }))
  return { status: 200, body: { '@odata.context': valueContext('Edm.Boolean'), value: true } }
}

/** `/users`: create, find, change, delete, sign out everywhere. */
export const userRoutes: readonly GraphRoute[] = [
  { method: 'GET', path: '/users', roles: READ, units: 2, answer: list },
  { method: 'POST', path: '/users', roles: WRITE, units: 1, answer: create },
  { method: 'GET', path: '/users/{key}', roles: READ, units: 1, answer: get },
  {
    method: 'PATCH',
    path: '/users/{key}',
    roles: [...WRITE, 'User.EnableDisableAccount.All'],
    units: 1,
    answer: update,
  },
  { method: 'DELETE', path: '/users/{key}', roles: [...WRITE, 'User.DeleteRestore.All'], units: 1, answer: remove },
  {
    method: 'POST',
    path: '/users/{key}/revokeSignInSessions',
    roles: [...WRITE, 'User.RevokeSessions.All'],
    units: 1,
    answer: revokeSessions,
  },
]
