import type { World } from '../world.ts'
import type { DirectoryUser, Sku } from '../world-state.ts'
import type { GraphAnswer, GraphCall, GraphRoute } from './graph-call.ts'
import { licensed, readLicenseOrder } from './licenses.ts'
import { collection, type EntitySet, oneEntity } from './odata.ts'
import { type Entity, rowOf } from './odata-filter.ts'
import { userEntity, userSet } from './user-entity.ts'
import { namedUser } from './users.ts'

const ASSIGN = ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All']
const READ_SKUS = [
  'LicenseAssignment.Read.All',
  'LicenseAssignment.ReadWrite.All',
  'Organization.Read.All',
  'Organization.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
]
const READ_DETAILS = ['LicenseAssignment.Read.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All']

const skuSet: EntitySet = {
  context: 'subscribedSkus',
  type: 'subscribedSku',
  properties: new Set([
    'id',
    'accountId',
    'accountName',
    'appliesTo',
    'capabilityStatus',
    'consumedUnits',
    'prepaidUnits',
    'servicePlans',
    'skuId',
    'skuPartNumber',
    'subscriptionIds',
  ]),
}

const servicePlans = (sku: Sku): readonly Entity[] =>
  sku.servicePlans.map(({ servicePlanId, servicePlanName }) => ({
    servicePlanId,
    servicePlanName,
    provisioningStatus: 'Success',
    appliesTo: 'User',
  }))

const skuEntity = (world: World, sku: Sku): Entity => {
  const seats = world.seats(sku.skuId)
  const isGrace = sku.capabilityStatus === 'Warning'
  const isOff = sku.capabilityStatus === 'Suspended'
  const bought = seats?.enabled ?? 0
  return {
    accountName: world.state.tenantName,
    accountId: world.state.tenantId,
    appliesTo: 'User',
    capabilityStatus: sku.capabilityStatus,
    consumedUnits: seats?.consumed ?? 0,
    id: `${world.state.tenantId}_${sku.skuId}`,
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
    // One subscription per SKU; its id is the SKU's own, which is as good as any.
    subscriptionIds: [sku.skuId],
    prepaidUnits: {
      enabled: isGrace || isOff ? 0 : bought,
      suspended: isOff ? bought : 0,
      warning: isGrace ? bought : 0,
      lockedOut: 0,
    },
    servicePlans: servicePlans(sku),
  }
}

const listSkus = (call: GraphCall): GraphAnswer =>
  collection(
    skuSet,
    Object.values(call.world.state.skus).map((sku) => rowOf(skuEntity(call.world, sku))),
    call,
  )

/**
 * The license service reads a replica of its own, which may lag behind the one that found the person; the scenario
 * makes it lag for a fixed time after the location was written.
 */
const isLocated = (call: GraphCall, user: DirectoryUser): boolean => {
  const { world } = call
  const lagMs = world.scenarios.look('usageLocationLag')?.delayMs
  if (lagMs === undefined) return world.graphView().find(user.id)?.usageLocation !== undefined
  const versions = world.state.users[user.id]?.versions ?? []
  const first = versions.find((version) => version.user?.usageLocation !== undefined)
  return user.usageLocation !== undefined && first !== undefined && first.at + lagMs <= call.now
}

const assign = async (call: GraphCall): Promise<GraphAnswer> => {
  const order = readLicenseOrder(call.body)
  const user = await call.world.write((edit) => {
    const found = namedUser(call)
    return edit.saveUser(licensed(call.world, found, { ...order, isLocated: isLocated(call, found) }))
  })
  return { status: 200, body: oneEntity(userSet, userEntity(call.world.state, user), new URLSearchParams()) }
}

const details = (call: GraphCall): GraphAnswer => {
  const user = namedUser(call)
  const seen = call.view.find(user.id) ?? user
  const set: EntitySet = {
    context: `users('${encodeURIComponent(call.key)}')/licenseDetails`,
    type: 'licenseDetails',
    properties: new Set(['id', 'servicePlans', 'skuId', 'skuPartNumber']),
  }
  const skus = seen.assignedLicenses.flatMap(({ skuId }) => call.world.state.skus[skuId] ?? [])
  const rows = skus.map((sku) => ({
    id: Buffer.from(`${user.id}${sku.skuId}`.replaceAll('-', ''), 'hex').toString('base64url'),
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
    servicePlans: servicePlans(sku),
  }))
  return collection(set, rows.map(rowOf), call)
}

/** What the tenant bought, who holds it, and giving it out. */
export const licenseRoutes: readonly GraphRoute[] = [
  { method: 'GET', path: '/subscribedSkus', roles: READ_SKUS, units: 3, answer: listSkus },
  { method: 'POST', path: '/users/{key}/assignLicense', roles: ASSIGN, units: 1, answer: assign },
  { method: 'GET', path: '/users/{key}/licenseDetails', roles: READ_DETAILS, units: 2, answer: details },
]
