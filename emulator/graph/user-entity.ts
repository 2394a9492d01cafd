import type { DirectoryUser, Sku, WorldState } from '../world-state.ts'
import type { EntitySet } from './odata.ts'
import type { Entity, Row } from './odata-filter.ts'
import { userPropertyNames, usualUserProperties } from './user-properties.ts'

/** `/users`, and the type cast of `/directory/deletedItems`. */
export const userSet: EntitySet = {
  context: 'users',
  type: 'user',
  properties: userPropertyNames,
  usual: usualUserProperties,
}

/** What `/directory/deletedItems` answers a single user as. */
export const directoryObjectSet: EntitySet = { ...userSet, context: 'directoryObjects' }

const EXTENSION_ATTRIBUTES = 15
const noExtensions: Entity = Object.fromEntries(
  Array.from({ length: EXTENSION_ATTRIBUTES }, (_, index) => [`extensionAttribute${index + 1}`, null]),
)
const unlicensed: Entity = { assignedLicenses: [], assignedPlans: [], licenseAssignmentStates: [] }
const nothingSet: Entity = {
  ...Object.fromEntries([...userPropertyNames].map((name) => [name, null])),
  ...unlicensed,
  businessPhones: [],
  otherMails: [],
  proxyAddresses: [],
}

const held = (state: WorldState, user: DirectoryUser): readonly Sku[] =>
  user.assignedLicenses.flatMap(({ skuId }) => state.skus[skuId] ?? [])

const licensing = (state: WorldState, user: DirectoryUser): Entity => {
  // A deleted person's licenses are free for others, although a restore brings them back.
  if (user.deletedDateTime !== undefined) return unlicensed
  const off = new Set(user.assignedLicenses.flatMap(({ disabledPlans }) => disabledPlans))
  const plans = held(state, user).flatMap(({ servicePlans }) => servicePlans)
  return {
    assignedLicenses: user.assignedLicenses,
    assignedPlans: plans.map(({ servicePlanId, servicePlanName }) => ({
      assignedDateTime: user.createdDateTime,
      capabilityStatus: off.has(servicePlanId) ? 'Deleted' : 'Enabled',
      service: servicePlanName,
      servicePlanId,
    })),
    licenseAssignmentStates: user.assignedLicenses.map(({ skuId, disabledPlans }) => ({
      skuId,
      disabledPlans,
      assignedByGroup: null,
      state: 'Active',
      error: 'None',
      lastUpdatedDateTime: user.createdDateTime,
    })),
  }
}

const extensionsOf = (properties: DirectoryUser['properties']): object => {
  const held = properties.onPremisesExtensionAttributes
  return typeof held === 'object' && held !== null ? held : {}
}

/** A user with all properties Graph could be asked for; what was never set is null or empty. */
export const userEntity = (state: WorldState, user: DirectoryUser): Entity => {
  const { properties, assignedLicenses: _licenses, madeBy: _maker, ...own } = user
  const domain = user.userPrincipalName.slice(user.userPrincipalName.lastIndexOf('@') + 1)
  return {
    ...nothingSet,
    identities: [{ signInType: 'userPrincipalName', issuer: domain, issuerAssignedId: user.userPrincipalName }],
    ...properties,
    onPremisesExtensionAttributes: { ...noExtensions, ...extensionsOf(properties) },
    ...own,
    ...licensing(state, user),
  }
}

const COMPUTED: ReadonlySet<string> = new Set([...Object.keys(unlicensed), 'identities', 'onPremisesExtensionAttributes'])

const stored = (user: DirectoryUser, property: string): unknown => {
  const own: Readonly<Record<string, unknown>> = { ...user }
  return own[property] ?? user.properties[property]
}

/** A user in a list that may be long. */
export const userRow = (state: WorldState, user: DirectoryUser): Row => ({
  read: (property) => (COMPUTED.has(property) ? userEntity(state, user)[property] : stored(user, property)),
  entity: () => userEntity(state, user),
})
