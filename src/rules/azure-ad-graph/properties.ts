import type { Json, JsonObject } from '#kernel/json.ts'

/** Properties with another name in Microsoft Graph (contract section 6.4). */
const renamed: Readonly<Record<string, string>> = {
  objectId: 'id',
  immutableId: 'onPremisesImmutableId',
  dirSyncEnabled: 'onPremisesSyncEnabled',
  lastDirSyncTime: 'onPremisesLastSyncDateTime',
  deletionTimestamp: 'deletedDateTime',
  mobile: 'mobilePhone',
  facsimileTelephoneNumber: 'faxNumber',
  physicalDeliveryOfficeName: 'officeLocation',
  refreshTokensValidFromDateTime: 'signInSessionsValidFromDateTime',
  userState: 'externalUserState',
  userStateChangedOn: 'externalUserStateChangeDateTime',
}

/** Properties with the same name and, unless they are lists, null when they are not set. */
const alike = `accountEnabled ageGroup city companyName consentProvidedForMinor country creationType department displayName
employeeId givenName jobTitle legalAgeGroupClassification mail mailNickname onPremisesDistinguishedName
onPremisesSecurityIdentifier passwordPolicies postalCode preferredLanguage showInAddressList state streetAddress surname
usageLocation userPrincipalName userType`.split(/\s+/)

const lists = ['assignedLicenses', 'assignedPlans', 'otherMails', 'provisionedPlans', 'proxyAddresses']

const heldIn = (user: JsonObject, name: string): Json => user[name] ?? null

const firstOf = (value: Json | undefined): Json => (Array.isArray(value) ? (value[0] ?? null) : null)

/** A user as the retired API showed one; it always showed everything. */
export const userFrom = (user: JsonObject): JsonObject => {
  const id = String(heldIn(user, 'id'))
  return {
    'odata.type': 'Microsoft.DirectoryServices.User',
    objectType: 'User',
    ...Object.fromEntries(alike.map((name) => [name, heldIn(user, name)])),
    ...Object.fromEntries(Object.entries(renamed).map(([old, name]) => [old, heldIn(user, name)])),
    ...Object.fromEntries(lists.map((name) => [name, user[name] ?? []])),
    telephoneNumber: firstOf(user['businessPhones']),
    sipProxyAddress: firstOf(user['imAddresses']),
    isCompromised: null,
    passwordProfile: null,
    provisioningErrors: [],
    signInNames: [],
    userIdentities: [],
    'thumbnailPhoto@odata.mediaEditLink': `directoryObjects/${id}/Microsoft.DirectoryServices.User/thumbnailPhoto`,
  }
}

/** What somebody wrote, by Graph's names. A password is thrown away: nobody may know one. */
export const toGraphNames = (values: JsonObject): JsonObject => {
  const kept = Object.entries(values).filter(([name]) => name !== 'passwordProfile' && !name.startsWith('odata.'))
  return Object.fromEntries(kept.map(([name, value]) => [Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name, value]))
}

/** A product, as the retired API showed it. */
export const skuFrom = (sku: JsonObject): JsonObject => ({
  appliesTo: heldIn(sku, 'appliesTo'),
  capabilityStatus: heldIn(sku, 'capabilityStatus'),
  consumedUnits: heldIn(sku, 'consumedUnits'),
  objectId: heldIn(sku, 'id'),
  prepaidUnits: prepaid(sku['prepaidUnits']),
  servicePlans: heldIn(sku, 'servicePlans'),
  skuId: heldIn(sku, 'skuId'),
  skuPartNumber: heldIn(sku, 'skuPartNumber'),
})

const prepaid = (units: Json | undefined): Json => {
  if (typeof units !== 'object' || units === null || !('enabled' in units)) return null
  return { enabled: heldIn(units, 'enabled'), suspended: heldIn(units, 'suspended'), warning: heldIn(units, 'warning') }
}
