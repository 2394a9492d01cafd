import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDetails } from './details.ts'

test('harmless things are taken, cleaned of what cannot be seen', () => {
  const values = { displayName: '  Ana\u202e Ruiz ', department: 'Sales', givenName: 'x'.repeat(64) }
  const { details, unusable, others } = readDetails(values)
  assert.deepEqual(details, { displayName: 'Ana Ruiz', department: 'Sales', givenName: 'x'.repeat(64) })
  assert.deepEqual([unusable, others], [[], []])
})

test('what is too long, empty or no text is named and left out', () => {
  const { details, unusable } = readDetails({ displayName: 'x'.repeat(257), surname: ' \u200b', city: 7, jobTitle: null, state: ['a'] })
  assert.deepEqual(details, {})
  assert.deepEqual(unusable, ['displayName', 'surname', 'city', 'jobTitle', 'state'])
})

test('nothing that opens anything is on the list', () => {
  const doors = `accountEnabled passwordProfile passwordPolicies onPremisesImmutableId userPrincipalName employeeType mail otherMails
    mobilePhone businessPhones proxyAddresses userType identities constructor __proto__`.split(/\s+/)
  const { details, others } = readDetails(Object.fromEntries(doors.map((name) => [name, 'x'])))
  assert.deepEqual(details, {})
  assert.deepEqual(others, doors)
})
