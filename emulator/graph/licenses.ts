import type { AssignedLicense, DirectoryUser, ServicePlan, Sku } from '../world-state.ts'
import type { World } from '../world.ts'
import { badRequest, malformed } from './graph-failure.ts'

/** What `assignLicense` was asked for, with object ids in lower case. */
export interface LicenseOrder {
  readonly add: readonly AssignedLicense[]
  readonly remove: readonly string[]
}

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

const guid = (value: unknown): string => {
  if (typeof value === 'string' && GUID.test(value)) return value.toLowerCase()
  const shown = typeof value === 'string' ? `'${value}'` : 'a value'
  throw badRequest(`Cannot convert a primitive value to the expected type 'Edm.Guid'. ${shown} is not a valid Guid.`)
}

const list = (body: object, name: string): readonly unknown[] => {
  const value = Object.entries(body).find(([key]) => key === name)?.[1]
  if (Array.isArray(value)) return value
  throw malformed(`Parameter '${name}' is required and must be a collection.`)
}

const license = (value: unknown): AssignedLicense => {
  if (typeof value !== 'object' || value === null) throw malformed('Unable to read JSON request payload.')
  const plans = 'disabledPlans' in value ? value.disabledPlans : []
  if (!Array.isArray(plans)) throw badRequest("Cannot convert a primitive value to the expected type 'Collection(Edm.Guid)'.")
  return { skuId: guid('skuId' in value ? value.skuId : undefined), disabledPlans: plans.map(guid) }
}

/** Reads the two parameters; both must be there. Throws 400. */
export const readLicenseOrder = (body: unknown): LicenseOrder => {
  if (typeof body !== 'object' || body === null) throw malformed('Empty Payload. JSON content expected.')
  return { add: list(body, 'addLicenses').map(license), remove: list(body, 'removeLicenses').map(guid) }
}

const knownSku = (world: World, skuId: string): Sku => {
  const sku = world.state.skus[skuId]
  const isUsable = sku !== undefined && sku.capabilityStatus !== 'Suspended'
  if (!isUsable) throw badRequest(`License ${skuId} does not correspond to a valid company License.`)
  return sku
}

const checkDisabledPlans = (sku: Sku, order: AssignedLicense): void => {
  const offered = new Set(sku.servicePlans.map(({ servicePlanId }) => servicePlanId))
  const stranger = order.disabledPlans.find((plan) => !offered.has(plan))
  if (stranger === undefined) return
  throw badRequest(`License assignment failed because service plan ${stranger} is not part of the SKU ${sku.skuId}.`)
}

const enabledPlans = (world: World, licenses: readonly AssignedLicense[]): readonly ServicePlan[] =>
  licenses.flatMap(({ skuId, disabledPlans }) =>
    (world.state.skus[skuId]?.servicePlans ?? []).filter(({ servicePlanId }) => !disabledPlans.includes(servicePlanId)),
  )

const checkPlans = (plans: readonly ServicePlan[]): void => {
  const enabled = new Set(plans.map(({ servicePlanId }) => servicePlanId))
  for (const { servicePlanId, dependsOn, excludes } of plans) {
    const needed = dependsOn.filter((other) => !enabled.has(other))
    if (needed.length > 0) {
      throw badRequest(
        `License assignment failed because service plan ${servicePlanId} depends on the service plan(s) ${needed.join(', ')}`,
      )
    }
    const rival = excludes.find((other) => enabled.has(other))
    if (rival !== undefined) {
      throw badRequest(`License assignment failed because service plans ${servicePlanId}, ${rival} are mutually exclusive.`)
    }
  }
}

const checkSeats = (world: World, user: DirectoryUser, order: LicenseOrder): void => {
  const held = new Set(user.assignedLicenses.map(({ skuId }) => skuId))
  const taken = order.add.find(({ skuId }) => !held.has(skuId) && (world.seats(skuId)?.free ?? 0) === 0)
  if (taken === undefined) return
  throw badRequest(`Subscription with SKU ${taken.skuId} does not have any available licenses.`)
}

const checkRemovals = (user: DirectoryUser, order: LicenseOrder): void => {
  const held = new Set(user.assignedLicenses.map(({ skuId }) => skuId))
  if (order.remove.some((skuId) => !held.has(skuId))) throw badRequest('User does not have a corresponding license.')
}

const EXCHANGE = /^EXCHANGE_S_/

// Exchange gives its people an address as soon as they hold one of its plans.
const withMailbox = (user: DirectoryUser, plans: readonly ServicePlan[]): DirectoryUser => {
  const hasMail = user.properties.mail !== undefined
  if (hasMail || !plans.some(({ servicePlanName }) => EXCHANGE.test(servicePlanName))) return user
  const mail = user.userPrincipalName
  return { ...user, properties: { ...user.properties, mail, proxyAddresses: [`SMTP:${mail}`] } }
}

/**
 * The user after the order, or 400 in the words of contract section 5.5. `isLocated` says whether the license service
 * knows a usage location for this person already.
 */
export const licensed = (world: World, user: DirectoryUser, order: LicenseOrder & { isLocated: boolean }): DirectoryUser => {
  for (const added of order.add) checkDisabledPlans(knownSku(world, added.skuId), added)
  checkRemovals(user, order)
  if (order.add.length > 0 && !order.isLocated) {
    throw badRequest('License assignment cannot be done for user with invalid usage location.')
  }
  const replaced = new Set([...order.remove, ...order.add.map(({ skuId }) => skuId)])
  const assignedLicenses = [...user.assignedLicenses.filter(({ skuId }) => !replaced.has(skuId)), ...order.add]
  const plans = enabledPlans(world, assignedLicenses)
  checkPlans(plans)
  checkSeats(world, user, order)
  return withMailbox({ ...user, assignedLicenses }, plans)
}
