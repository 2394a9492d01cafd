import type { DirectoryUser } from '../world-state.ts'
import { type GraphAnswer, type GraphCall, type GraphRoute, noContent } from './graph-call.ts'
import { malformed, resourceNotFound } from './graph-failure.ts'
import { collection, oneEntity } from './odata.ts'
import { recycleBin } from './recycle-bin.ts'
import { directoryObjectSet, userEntity, userRow, userSet } from './user-entity.ts'
import { addressesOf, checkRestored } from './user-rules.ts'

const READ = ['User.Read.All', 'User.ReadWrite.All', 'User.DeleteRestore.All', 'Directory.Read.All', 'Directory.ReadWrite.All']
const RESTORE = ['User.ReadWrite.All', 'User.DeleteRestore.All', 'Directory.ReadWrite.All']
const AS_USER = { '@odata.type': '#microsoft.graph.user' }
const ID_PREFIX_LENGTH = 32

const list = (call: GraphCall): GraphAnswer => {
  const deleted = recycleBin(call.view, call.now)
  return collection(
    userSet,
    deleted.map((user) => userRow(call.world.state, user)),
    call,
  )
}

const seen = (call: GraphCall): DirectoryUser => {
  const user = recycleBin(call.view, call.now).find(({ id }) => id === call.key.toLowerCase())
  if (user === undefined) throw resourceNotFound(call.key)
  return user
}

const get = (call: GraphCall): GraphAnswer => ({
  status: 200,
  body: oneEntity(directoryObjectSet, userEntity(call.world.state, seen(call)), call.query, AS_USER),
})

const deletedNow = (call: GraphCall): DirectoryUser => {
  const { id } = seen(call)
  const user = recycleBin(call.world.truth, call.now).find((other) => other.id === id)
  if (user === undefined) throw resourceNotFound(call.key)
  return user
}

interface RestoreOrder {
  readonly name: string | undefined
  readonly dropsTakenAddresses: boolean
}

const readOrder = (body: unknown): RestoreOrder => {
  if (body === undefined) return { name: undefined, dropsTakenAddresses: false }
  if (typeof body !== 'object' || body === null) throw malformed('Unable to read JSON request payload.')
  const known = new Set(['newUserPrincipalName', 'autoReconcileProxyConflict'])
  const stranger = Object.keys(body).find((name) => !known.has(name))
  if (stranger !== undefined) throw malformed(`The parameter '${stranger}' in the request payload is not valid.`)
  const name = 'newUserPrincipalName' in body ? body.newUserPrincipalName : undefined
  return {
    name: typeof name === 'string' ? name : undefined,
    dropsTakenAddresses: 'autoReconcileProxyConflict' in body && body.autoReconcileProxyConflict === true,
  }
}

// Licenses come back as far as there are seats; the rest must be assigned again.
const withFreeSeats = (call: GraphCall, user: DirectoryUser): DirectoryUser => ({
  ...user,
  assignedLicenses: user.assignedLicenses.filter(({ skuId }) => (call.world.seats(skuId)?.free ?? 0) > 0),
})

const isAddressFree = (call: GraphCall, address: string): boolean =>
  call.world.truth.live().every((other) => addressesOf(other).every((held) => held.toLowerCase() !== address.toLowerCase()))

const withFreeAddresses = (call: GraphCall, user: DirectoryUser): DirectoryUser => {
  const free = addressesOf(user).filter((address) => isAddressFree(call, address))
  return { ...user, properties: { ...user.properties, proxyAddresses: free.map((address) => `smtp:${address}`) } }
}

const restore = async (call: GraphCall): Promise<GraphAnswer> => {
  const order = readOrder(call.body)
  const user = await call.world.write((edit) => {
    const found = deletedNow(call)
    const kept = order.dropsTakenAddresses ? withFreeAddresses(call, found) : found
    const name = order.name ?? found.userPrincipalName.slice(ID_PREFIX_LENGTH)
    checkRestored(call.world, kept, name)
    return edit.restoreUser(withFreeSeats(call, kept), name)
  })
  const body = oneEntity(directoryObjectSet, userEntity(call.world.state, user), new URLSearchParams(), AS_USER)
  return { status: 200, body }
}

const purge = async (call: GraphCall): Promise<GraphAnswer> => {
  await call.world.write((edit) => edit.purgeUser(deletedNow(call).id))
  return noContent
}

/** `/directory/deletedItems`: the recycle bin of the last 30 days (contract section 5.8). */
export const deletedUserRoutes: readonly GraphRoute[] = [
  { method: 'GET', path: '/directory/deletedItems/microsoft.graph.user', roles: READ, units: 2, answer: list },
  { method: 'GET', path: '/directory/deletedItems/{key}', roles: READ, units: 1, answer: get },
  { method: 'DELETE', path: '/directory/deletedItems/{key}', roles: RESTORE, units: 1, answer: purge },
  { method: 'POST', path: '/directory/deletedItems/{key}/restore', roles: RESTORE, units: 1, answer: restore },
]
