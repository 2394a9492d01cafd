import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failures } from '../../kernel/errors.ts'
import { type GraphErrorBody, type GraphRefusal, retryAfterMs, type Setback, setbackOf } from './graph-errors.ts'

const NOW = Date.parse('2026-03-02T09:00:00Z')

const error = (code: string, message = '', details: GraphErrorBody['details'] = []): GraphErrorBody => ({ code, message, details })
const bad = (message: string, details: GraphErrorBody['details'] = []) => error('Request_BadRequest', message, details)
const conflict = (target: string) => [{ code: 'ObjectConflict', target }]

const again = (failure: string) => ({ kind: 'again', failure })
const later = (failure: string) => ({ kind: 'later', failure })
const never = (failure: string) => ({ kind: 'never', failure })

type Row = readonly [name: string, status: number, error: GraphErrorBody | undefined, meaning: object]

/** Every refusal of contract sections 5.2 to 5.12, and what it means for the account. */
const table: readonly Row[] = [
  // 5.2 create
  [
    'name taken',
    400,
    bad('Another object with the same value for property userPrincipalName already exists.', conflict('userPrincipalName')),
    { kind: 'conflict' },
  ],
  [
    'name taken, without details',
    400,
    bad('Another object with the same value for property userPrincipalName already exists.'),
    { kind: 'conflict' },
  ],
  [
    'some unique value taken',
    400,
    bad('A conflicting object with one or more of the specified property values is present in the directory.'),
    { kind: 'conflict' },
  ],
  ['address taken', 400, bad('Another object …', conflict('proxyAddresses')), { kind: 'conflict' }],
  [
    'domain not verified',
    400,
    bad(
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    ),
    never('target_refused'),
  ],
  ['no immutable ID, old', 400, bad('One or more properties contains invalid values.'), never('target_refused')],
  ['no immutable ID, new', 400, bad('SourceAnchor is a required property for creation of a federated user.'), never('target_refused')],
  [
    'weak password',
    400,
    bad('The specified password does not comply with password complexity requirements. Please provide a different password.'),
    never('target_refused'),
  ],
  ['unknown country', 400, bad("Invalid value specified for property 'usageLocation' of resource 'User'."), never('license_location')],
  ['value missing', 400, bad("A value is required for property 'displayName' of resource 'User'."), never('target_refused')],
  [
    'no permission',
    403,
    error('Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'),
    later('target_permission_missing'),
  ],
  ['quota, as 403', 403, error('Directory_QuotaExceeded'), later('target_quota_reached')],
  ['quota, as 400', 400, error('Directory_QuotaExceeded'), later('target_quota_reached')],
  // 5.3 look up
  [
    'not found',
    404,
    error('Request_ResourceNotFound', "Resource 'x' does not exist or one of its queried reference-property objects are not present."),
    { kind: 'absent' },
  ],
  // 5.5 assignLicense
  [
    'no seats',
    400,
    bad('Subscription with SKU f245ecc8-75af-4f8e-b61f-27d8114de5f3 does not have any available licenses.'),
    { kind: 'no_seats' },
  ],
  ['no seats, by its code word', 400, bad('License assignment failed: CountViolation'), { kind: 'no_seats' }],
  ['usage location late', 400, bad('License assignment cannot be done for user with invalid usage location.'), { kind: 'location_lag' }],
  [
    'plan depends',
    400,
    bad('License assignment failed because service plan a depends on the service plan(s) b'),
    never('license_conflict'),
  ],
  ['plans exclude', 400, bad('License assignment failed because service plans a, b are mutually exclusive.'), never('license_conflict')],
  ['plan conflicts', 400, bad('License assignment failed because service plan a conflicts with service plan b'), never('license_conflict')],
  [
    'unknown license',
    400,
    bad('License f245ecc8-75af-4f8e-b61f-27d8114de5f3 does not correspond to a valid company License.'),
    never('license_refused'),
  ],
  [
    'inherited license',
    400,
    bad('User license is inherited from a group membership and it cannot be removed directly from the user.'),
    never('target_refused'),
  ],
  ['bad GUID', 400, bad("Cannot convert a primitive value to the expected type 'Edm.Guid'"), never('target_refused')],
  ['not sold there', 400, bad('ProhibitedInUsageLocationViolation'), never('license_location')],
  // 5.7 update
  ['password of a federated user, 400', 400, bad('The password of a federated user cannot be set.'), never('target_refused')],
  [
    'synced from AD',
    400,
    bad(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    ),
    never('target_refused'),
  ],
  // 5.12
  [
    'access token refused',
    401,
    error('InvalidAuthenticationToken', 'Access token has expired or is not yet valid.'),
    again('target_credential_refused'),
  ],
  ['throttled', 429, error('TooManyRequests'), again('target_throttled')],
  ['throttled by a gateway', 429, undefined, again('target_throttled')],
  ['unavailable', 503, error('Service_ServiceUnavailable'), again('target_unavailable')],
  [
    'internal error',
    500,
    error('Service_InternalServerError', 'The given key was not present in the dictionary.'),
    again('target_unavailable'),
  ],
  ['a gateway’s page', 502, undefined, again('target_unavailable')],
  ['gateway timeout', 504, error('UnknownError'), again('target_unavailable')],
  ['concurrent change', 409, error('Directory_ConcurrencyViolation'), again('target_unavailable')],
  ['same key twice', 409, error('Request_MultipleObjectsWithSameKeyValue'), { kind: 'conflict' }],
  ['unsupported query', 400, error('Request_UnsupportedQuery'), later('target_refused')],
  ['request timeout', 408, error('RequestTimeout'), again('target_unavailable')],
  ['gone', 410, error('Gone'), never('target_refused')],
  ['too large', 413, error('TooLarge'), never('target_refused')],
  ['a 400 nobody signed', 400, undefined, again('target_unavailable')],
  ['a 403 nobody signed', 403, undefined, again('target_unavailable')],
  ['a 404 nobody signed', 404, undefined, again('target_unavailable')],
  ['a redirect', 302, undefined, again('target_unavailable')],
]

for (const [name, status, body, meaning] of table) {
  test(`${status} ${name}`, () => {
    const refusal: GraphRefusal = { status, ...(body && { error: body }), requestId: 'an id' }
    assert.deepEqual(setbackOf(refusal, NOW), { ...meaning, requestId: 'an id' })
  })
}

test('every failure in the table is one that people are told about', () => {
  for (const [, , , meaning] of table) if ('failure' in meaning) assert.ok(String(meaning.failure) in failures)
})

test('Retry-After counts on whichever refusal it comes with', () => {
  const kinds = [429, 500, 502, 503, 504, 409].map((status): Setback => setbackOf({ status, retryAfterMs: 7_000 }, NOW))
  for (const setback of kinds) assert.equal(setback.kind === 'again' && setback.notBefore, NOW + 7_000)
})

test('Retry-After is seconds or a date, and never endless, negative or a guess', () => {
  assert.equal(retryAfterMs('120', NOW), 120_000)
  assert.equal(retryAfterMs(' 0 ', NOW), 0)
  assert.equal(retryAfterMs('Mon, 02 Mar 2026 09:05:00 GMT', NOW), 300_000)
  assert.equal(retryAfterMs('Mon, 02 Mar 2026 08:00:00 GMT', NOW), 0)
  assert.equal(retryAfterMs('999999999', NOW), 24 * 3_600_000)
  for (const text of [null, '', 'soon', '1.5.2', '-', 'NaN']) assert.equal(retryAfterMs(text, NOW), undefined, String(text))
})
