/**
 * The part of Microsoft Graph v1.0's type system that this project touches, in our own notation, one property per line:
 * a primitive (`text`, `flag`, `whole`, `instant`, `guid`), another entity (`@name`) or a list of allowed values (`a|b`);
 * `?` after it means that null is allowed, `[]` that it is a collection.
 *
 * A property that is missing here is refused. Add it after looking it up in Microsoft's own metadata; the test
 * `published-metadata.test.ts` compares every row with a copy of that document.
 */
export type EntityRows = Readonly<Record<string, string>>

const servicePlanInfo: EntityRows = {
  appliesTo: 'text?',
  provisioningStatus: 'text?',
  servicePlanId: 'guid?',
  servicePlanName: 'text?',
}

const assignedPlan: EntityRows = {
  assignedDateTime: 'instant?',
  capabilityStatus: 'text?',
  service: 'text?',
  servicePlanId: 'guid?',
}

const assignedLicense: EntityRows = { disabledPlans: 'guid[]', skuId: 'guid?' }

const licenseAssignmentState: EntityRows = {
  assignedByGroup: 'text?',
  disabledPlans: 'guid[]',
  error: 'text?',
  lastUpdatedDateTime: 'instant?',
  skuId: 'guid?',
  state: 'text?',
}

const licenseDetails: EntityRows = {
  id: 'text',
  servicePlans: '@servicePlanInfo[]',
  skuId: 'guid?',
  skuPartNumber: 'text?',
}

const licenseUnitsDetail: EntityRows = {
  enabled: 'whole?',
  lockedOut: 'whole?',
  suspended: 'whole?',
  warning: 'whole?',
}

const subscribedSku: EntityRows = {
  id: 'text',
  accountId: 'text?',
  accountName: 'text?',
  appliesTo: 'text?',
  capabilityStatus: 'text?',
  consumedUnits: 'whole?',
  prepaidUnits: '@licenseUnitsDetail?',
  servicePlans: '@servicePlanInfo[]',
  skuId: 'guid?',
  skuPartNumber: 'text?',
  subscriptionIds: 'text[]',
}

const passwordProfile: EntityRows = {
  forceChangePasswordNextSignIn: 'flag?',
  forceChangePasswordNextSignInWithMfa: 'flag?',
  password: 'text?',
}

const objectIdentity: EntityRows = { issuer: 'text?', issuerAssignedId: 'text?', signInType: 'text?' }

const EXTENSION_ATTRIBUTES = 15
const onPremisesExtensionAttributes: EntityRows = Object.fromEntries(
  Array.from({ length: EXTENSION_ATTRIBUTES }, (_, index) => [`extensionAttribute${index + 1}`, 'text?']),
)

const user: EntityRows = {
  id: 'text',
  accountEnabled: 'flag?',
  ageGroup: 'text?',
  assignedLicenses: '@assignedLicense[]',
  assignedPlans: '@assignedPlan[]',
  businessPhones: 'text[]',
  city: 'text?',
  companyName: 'text?',
  country: 'text?',
  createdDateTime: 'instant?',
  creationType: 'text?',
  deletedDateTime: 'instant?',
  department: 'text?',
  displayName: 'text?',
  employeeId: 'text?',
  employeeType: 'text?',
  externalUserState: 'text?',
  givenName: 'text?',
  identities: '@objectIdentity[]',
  jobTitle: 'text?',
  lastPasswordChangeDateTime: 'instant?',
  licenseAssignmentStates: '@licenseAssignmentState[]',
  mail: 'text?',
  mailNickname: 'text?',
  mobilePhone: 'text?',
  officeLocation: 'text?',
  onPremisesDistinguishedName: 'text?',
  onPremisesDomainName: 'text?',
  onPremisesExtensionAttributes: '@onPremisesExtensionAttributes?',
  onPremisesImmutableId: 'text?',
  onPremisesLastSyncDateTime: 'instant?',
  onPremisesSamAccountName: 'text?',
  onPremisesSyncEnabled: 'flag?',
  onPremisesUserPrincipalName: 'text?',
  otherMails: 'text[]',
  passwordPolicies: 'text?',
  passwordProfile: '@passwordProfile?',
  postalCode: 'text?',
  preferredLanguage: 'text?',
  proxyAddresses: 'text[]',
  showInAddressList: 'flag?',
  signInSessionsValidFromDateTime: 'instant?',
  state: 'text?',
  streetAddress: 'text?',
  surname: 'text?',
  usageLocation: 'text?',
  userPrincipalName: 'text?',
  userType: 'text?',
}

const verifiedDomain: EntityRows = {
  capabilities: 'text?',
  isDefault: 'flag?',
  isInitial: 'flag?',
  name: 'text?',
  type: 'text?',
}

const organization: EntityRows = {
  id: 'text',
  assignedPlans: '@assignedPlan[]',
  businessPhones: 'text[]',
  city: 'text?',
  country: 'text?',
  countryLetterCode: 'text?',
  createdDateTime: 'instant?',
  defaultUsageLocation: 'text?',
  deletedDateTime: 'instant?',
  displayName: 'text?',
  onPremisesLastSyncDateTime: 'instant?',
  onPremisesSyncEnabled: 'flag?',
  postalCode: 'text?',
  preferredLanguage: 'text?',
  state: 'text?',
  street: 'text?',
  technicalNotificationMails: 'text[]',
  tenantType: 'text?',
  verifiedDomains: '@verifiedDomain[]',
}

const domain: EntityRows = {
  id: 'text',
  authenticationType: 'text',
  availabilityStatus: 'text?',
  isAdminManaged: 'flag',
  isDefault: 'flag',
  isInitial: 'flag',
  isRoot: 'flag',
  isVerified: 'flag',
  manufacturer: 'text?',
  model: 'text?',
  passwordNotificationWindowInDays: 'whole?',
  passwordValidityPeriodInDays: 'whole?',
  supportedServices: 'text[]',
}

const signingCertificateUpdateStatus: EntityRows = { certificateUpdateResult: 'text?', lastRunDateTime: 'instant?' }

const internalDomainFederation: EntityRows = {
  id: 'text',
  activeSignInUri: 'text?',
  displayName: 'text?',
  federatedIdpMfaBehavior: 'acceptIfMfaDoneByFederatedIdp|enforceMfaByFederatedIdp|rejectMfaByFederatedIdp?',
  isSignedAuthenticationRequestRequired: 'flag?',
  issuerUri: 'text?',
  metadataExchangeUri: 'text?',
  nextSigningCertificate: 'text?',
  passiveSignInUri: 'text?',
  passwordResetUri: 'text?',
  preferredAuthenticationProtocol: 'wsFed|saml?',
  promptLoginBehavior: 'translateToFreshPasswordAuthentication|nativeSupport|disabled?',
  signingCertificate: 'text?',
  signingCertificateUpdateStatus: '@signingCertificateUpdateStatus?',
  signOutUri: 'text?',
}

/** Every entity and complex type of the notation above, under the name Microsoft gives it. */
export const entities: Readonly<Record<string, EntityRows>> = {
  assignedLicense,
  assignedPlan,
  domain,
  internalDomainFederation,
  licenseAssignmentState,
  licenseDetails,
  licenseUnitsDetail,
  objectIdentity,
  onPremisesExtensionAttributes,
  organization,
  passwordProfile,
  servicePlanInfo,
  signingCertificateUpdateStatus,
  subscribedSku,
  user,
  verifiedDomain,
}

/** What a user looks like when nothing was selected (Graph's default property set, contract section 5.2). */
export const defaultUserProperties: readonly string[] = [
  'id',
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
]
