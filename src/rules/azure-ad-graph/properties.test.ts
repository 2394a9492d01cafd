import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skuFrom, toGraphNames, userFrom } from './properties.ts'

/** Every property a user of the retired API had (contract section 6.3). */
const SHOWN = `odata.type objectType objectId deletionTimestamp accountEnabled ageGroup assignedLicenses assignedPlans city
companyName consentProvidedForMinor country creationType department dirSyncEnabled displayName employeeId
facsimileTelephoneNumber givenName immutableId isCompromised jobTitle lastDirSyncTime legalAgeGroupClassification mail
mailNickname mobile onPremisesDistinguishedName onPremisesSecurityIdentifier otherMails passwordPolicies passwordProfile
physicalDeliveryOfficeName postalCode preferredLanguage provisionedPlans provisioningErrors proxyAddresses
refreshTokensValidFromDateTime showInAddressList signInNames sipProxyAddress state streetAddress surname telephoneNumber
thumbnailPhoto@odata.mediaEditLink usageLocation userIdentities userPrincipalName userState userStateChangedOn
userType`.split(/\s+/)

const renamed = [
  ['objectId', 'id', 'one'],
  ['immutableId', 'onPremisesImmutableId', 'anchor'],
  ['dirSyncEnabled', 'onPremisesSyncEnabled', true],
  ['lastDirSyncTime', 'onPremisesLastSyncDateTime', '2026-03-02T09:00:00Z'],
  ['deletionTimestamp', 'deletedDateTime', '2026-03-02T09:00:00Z'],
  ['mobile', 'mobilePhone', '+49 1'],
  ['facsimileTelephoneNumber', 'faxNumber', '+49 2'],
  ['physicalDeliveryOfficeName', 'officeLocation', 'B 2'],
  ['refreshTokensValidFromDateTime', 'signInSessionsValidFromDateTime', '2026-03-02T09:00:00Z'],
  ['userState', 'externalUserState', 'Accepted'],
  ['userStateChangedOn', 'externalUserStateChangeDateTime', '2026-03-02T09:00:00Z'],
  ['telephoneNumber', 'businessPhones', ['+49 3'], '+49 3'],
  ['sipProxyAddress', 'imAddresses', ['sip:a@b.example'], 'sip:a@b.example'],
  ['surname', 'surname', 'Ruiz'],
  ['userPrincipalName', 'userPrincipalName', 'ana@guests.example'],
] as const

test('a user is shown with everything the retired API showed, and nothing else', () => {
  assert.deepEqual(Object.keys(userFrom({ id: 'one', employeeType: 'usher:secret', identities: [] })).toSorted(), SHOWN.toSorted())
})

for (const [old, name, value, shown = value] of renamed)
  test(`${name} of Microsoft Graph is ${old}`, () => {
    assert.deepEqual(userFrom({ id: 'x', [name]: value })[old], shown)
  })

test('what is not set is null, and lists are empty', () => {
  const user = userFrom({ id: 'one' })
  for (const name of ['displayName', 'telephoneNumber', 'immutableId', 'mail']) assert.equal(user[name], null, name)
  for (const name of ['assignedLicenses', 'otherMails', 'provisionedPlans', 'signInNames']) assert.deepEqual(user[name], [], name)
})

test('what a rule writes has Graph’s names; passwords and annotations are gone', () => {
  const written = { immutableId: 'a', mobile: 'b', givenName: 'c', 'odata.type': 'd', passwordProfile: { password: 'e' }, constructor: 'f' }
  assert.deepEqual(toGraphNames(written), { onPremisesImmutableId: 'a', mobilePhone: 'b', givenName: 'c', constructor: 'f' })
})

test('a product is shown as the retired API showed it', () => {
  const sku = {
    id: 't_s',
    skuId: 's',
    skuPartNumber: 'O365_BUSINESS',
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    consumedUnits: 3,
    prepaidUnits: { enabled: 5, suspended: 0, warning: 1, lockedOut: 0 },
    servicePlans: [],
    accountName: 'contoso',
  }
  assert.deepEqual(skuFrom(sku), {
    objectId: 't_s',
    skuId: 's',
    skuPartNumber: 'O365_BUSINESS',
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    consumedUnits: 3,
    prepaidUnits: { enabled: 5, suspended: 0, warning: 1 },
    servicePlans: [],
  })
})
