/** How a property of a user may be written. Lengths are the documented limits (contract section 5.2). */
export type PropertyRule =
  | { readonly kind: 'text'; readonly limit: number; readonly mayBeNull: boolean }
  | { readonly kind: 'flag' }
  | { readonly kind: 'texts'; readonly limit: number }
  | { readonly kind: 'password' }
  | { readonly kind: 'extensions' }
  | { readonly kind: 'fixed' }

const text = (limit: number): PropertyRule => ({ kind: 'text', limit, mayBeNull: true })
const needed = (limit: number): PropertyRule => ({ kind: 'text', limit, mayBeNull: false })
const flag: PropertyRule = { kind: 'flag' }
const fixed: PropertyRule = { kind: 'fixed' }

/** Every property of a user that this emulator knows; any other is refused as unknown. */
export const userProperties: Readonly<Record<string, PropertyRule>> = {
  id: fixed,
  accountEnabled: flag,
  ageGroup: text(16),
  assignedLicenses: fixed,
  assignedPlans: fixed,
  businessPhones: { kind: 'texts', limit: 1 },
  city: text(128),
  companyName: text(64),
  country: text(128),
  createdDateTime: fixed,
  creationType: fixed,
  deletedDateTime: fixed,
  department: text(64),
  displayName: needed(256),
  employeeId: text(16),
  employeeType: text(1_024),
  externalUserState: fixed,
  givenName: text(64),
  identities: fixed,
  jobTitle: text(128),
  lastPasswordChangeDateTime: fixed,
  licenseAssignmentStates: fixed,
  mail: text(256),
  mailNickname: needed(64),
  mobilePhone: text(64),
  officeLocation: text(128),
  onPremisesDistinguishedName: fixed,
  onPremisesDomainName: fixed,
  onPremisesExtensionAttributes: { kind: 'extensions' },
  onPremisesImmutableId: text(64),
  onPremisesLastSyncDateTime: fixed,
  onPremisesSamAccountName: fixed,
  onPremisesSyncEnabled: fixed,
  onPremisesUserPrincipalName: fixed,
  otherMails: { kind: 'texts', limit: 250 },
  passwordPolicies: text(256),
  passwordProfile: { kind: 'password' },
  postalCode: text(40),
  preferredLanguage: text(64),
  proxyAddresses: fixed,
  showInAddressList: flag,
  signInSessionsValidFromDateTime: fixed,
  state: text(128),
  streetAddress: text(1_024),
  surname: text(64),
  usageLocation: needed(2),
  userPrincipalName: needed(113),
  userType: text(16),
}

export const userPropertyNames: ReadonlySet<string> = new Set(Object.keys(userProperties))

/** What a user is answered with when nothing was selected. */
export const usualUserProperties: readonly string[] = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
]

/** What an app may read with `User.ReadBasic.All` alone. */
export const basicUserProperties: ReadonlySet<string> = new Set(['id', 'displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'])

/** Those with a place of their own in the world's user; the rest lives in its `properties`. */
export const ownProperties: ReadonlySet<string> = new Set([
  'id',
  'userPrincipalName',
  'displayName',
  'mailNickname',
  'accountEnabled',
  'userType',
  'onPremisesImmutableId',
  'usageLocation',
  'givenName',
  'surname',
  'assignedLicenses',
  'createdDateTime',
  'deletedDateTime',
  'signInSessionsValidFromDateTime',
])
