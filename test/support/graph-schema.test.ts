import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GraphExchange, graphSchemaLog, journaledExchange, validateGraphExchange } from './graph-schema.ts'

const ID = '87d349ed-44d7-43e1-9a83-5f2406dee5bd'
const SKU = 'f245ecc8-75af-4f8e-b61f-27d8114de5f3'
const CONTEXT = 'https://graph.microsoft.com/v1.0/$metadata#'
const headers = {
  'request-id': ID,
  'client-request-id': ID,
  date: 'Mon, 02 Mar 2026 09:00:00 GMT',
  'content-type': 'application/json;odata.metadata=minimal',
}
const anna = {
  accountEnabled: true,
  displayName: 'Anna Example',
  mailNickname: 'anna.example',
  userPrincipalName: 'anna.example@contoso.example',
  onPremisesImmutableId: 'abcdefghijklmnopqrstuvwxyz',
  usageLocation: 'DE',
  passwordProfile: { password: 'a', forceChangePasswordNextSignIn: false },
}
const created: GraphExchange = {
  method: 'POST',
  path: '/v1.0/users',
  requestBody: anna,
  status: 201,
  responseBody: {
    '@odata.context': `${CONTEXT}users/$entity`,
    id: ID,
    displayName: 'Anna Example',
    businessPhones: [],
  },
  headers,
}
const failure = {
  error: {
    code: 'Request_BadRequest',
    message: 'Another object …',
    details: [{ code: 'ObjectConflict', message: 'Another object …', target: 'userPrincipalName' }],
    innerError: { date: '2026-03-02T09:00:00', 'request-id': ID, 'client-request-id': ID },
  },
}
const found: GraphExchange = {
  method: 'GET',
  path: '/v1.0/users',
  query: "?$filter=onPremisesImmutableId eq 'abc'&$select=id,accountEnabled",
  status: 200,
  responseBody: { '@odata.context': `${CONTEXT}users(id,accountEnabled)`, value: [{ id: ID, accountEnabled: true }] },
}
const licensed: GraphExchange = {
  method: 'POST',
  path: `/v1.0/users/${ID}/assignLicense`,
  requestBody: { addLicenses: [{ skuId: SKU, disabledPlans: [] }], removeLicenses: [] },
  status: 200,
  responseBody: { '@odata.context': `${CONTEXT}users/$entity`, id: ID },
}

const good: Readonly<Record<string, GraphExchange>> = {
  'a user is made': created,
  'a conflict is answered': { ...created, status: 400, responseBody: failure },
  'a user is looked up by immutable id': found,
  'a license is given': licensed,
  'a user is changed': { method: 'PATCH', path: `/users/${ID}`, requestBody: { usageLocation: 'DE' }, status: 204 },
  'the key stands in parentheses': {
    ...found,
    path: "/v1.0/users('$anna@contoso.example')",
    query: '?$select=id',
    responseBody: { '@odata.context': `${CONTEXT}users(id)/$entity`, id: ID },
  },
  'a user is deleted': { method: 'DELETE', path: `/v1.0/users/${ID}`, status: 204 },
  'a deleted user is restored without parameters': {
    method: 'POST',
    path: `/v1.0/directory/deletedItems/${ID}/restore`,
    status: 200,
    responseBody: {
      '@odata.context': `${CONTEXT}directoryObjects/$entity`,
      '@odata.type': '#microsoft.graph.user',
      id: ID,
    },
  },
  'deleted users are listed by their type cast': {
    method: 'GET',
    path: '/v1.0/directory/deletedItems/microsoft.graph.user',
    status: 200,
    responseBody: { '@odata.context': `${CONTEXT}users`, value: [] },
  },
  'sessions are revoked': {
    method: 'POST',
    path: `/v1.0/users/${ID}/revokeSignInSessions`,
    status: 200,
    responseBody: { '@odata.context': `${CONTEXT}Edm.Boolean`, value: true },
  },
  'the connection broke and only the request is known': { method: 'POST', path: '/v1.0/users', requestBody: anna },
  'a gateway answered in HTML': { ...created, status: 502, responseBody: '<html>' },
  'the federation of a domain is read': {
    method: 'GET',
    path: '/v1.0/domains/contoso.example/federationConfiguration',
    status: 200,
    responseBody: {
      '@odata.context': `${CONTEXT}domains('contoso.example')/federationConfiguration`,
      value: [{ id: ID, preferredAuthenticationProtocol: 'wsFed', federatedIdpMfaBehavior: null }],
    },
  },
}

for (const [name, exchange] of Object.entries(good)) {
  test(`an exchange in which ${name} has no problem`, () => {
    assert.deepEqual(validateGraphExchange(exchange), [])
  })
}

const bad: Readonly<Record<string, readonly [GraphExchange, RegExp]>> = {
  'an unknown path': [{ method: 'GET', path: '/v1.0/groups', status: 200 }, /no described operation/],
  'an unknown method on a known path': [{ method: 'PUT', path: '/v1.0/users', status: 200 }, /no described operation/],
  'the beta root': [{ method: 'GET', path: '/beta/users', status: 200 }, /no described operation/],
  "the old recipe's immutableId": [{ ...created, requestBody: { ...anna, immutableId: 'x' } }, /^request: .*"immutableId"/],
  "the old recipe's password flag": [
    { ...created, requestBody: { ...anna, passwordProfile: { password: 'a', forceChangePasswordNextLogin: false } } },
    /^request: \/passwordProfile.*"forceChangePasswordNextLogin"/,
  ],
  'text where a flag belongs': [{ ...created, requestBody: { ...anna, accountEnabled: 'yes' } }, /^request: \/accountEnabled/],
  'a user without a password profile': [
    { ...created, requestBody: { ...anna, passwordProfile: undefined } },
    /^request: .*'passwordProfile'/,
  ],
  'a misspelled selection': [{ ...found, query: '?$select=immutableId' }, /^request: "immutableId" is no property/],
  'a filter on a stranger': [{ ...found, query: "?$filter=immutableId eq 'a'" }, /^request: "immutableId" is no property/],
  'an unknown query option': [{ ...found, query: '?$selekt=id' }, /^request: query option \$selekt/],
  'a SKU name where its id belongs': [
    { ...licensed, requestBody: { addLicenses: [{ skuId: 'O365_BUSINESS' }], removeLicenses: [] } },
    /^request: \/addLicenses\/0\/skuId/,
  ],
  'a license call without removeLicenses': [{ ...licensed, requestBody: { addLicenses: [] } }, /^request: .*'removeLicenses'/],
  'a body with DELETE': [{ method: 'DELETE', path: '/v1.0/users/a', requestBody: {}, status: 204 }, /^request: a body/],
  'an answer with an unknown property': [
    { ...created, responseBody: { ...anna, '@odata.context': `${CONTEXT}users/$entity`, objectId: ID } },
    /^response: .*"objectId"/,
  ],
  'an answer with more than the default set': [
    { ...created, responseBody: { '@odata.context': `${CONTEXT}users/$entity`, id: ID, accountEnabled: true } },
    /^response: "accountEnabled" came although/,
  ],
  'a wrong context': [{ ...created, responseBody: { '@odata.context': `${CONTEXT}users`, id: ID } }, /^response: @odata.context/],
  'an undescribed success': [{ ...created, status: 202, responseBody: undefined }, /^response: status 202/],
  'a failure without the envelope': [{ ...created, status: 404, responseBody: { message: 'no' } }, /^response: .*'error'/],
  'a failure in plain text': [{ ...created, status: 400, responseBody: 'no' }, /^response: \/ must be object/],
  'a failure without its request id': [
    { ...created, status: 404, responseBody: { error: { code: 'a', message: 'b' } } },
    /^response: \/error .*'innerError'/,
  ],
  'a call the emulator was told to refuse': [
    {
      ...created,
      status: 403,
      responseBody: failure,
      headers: { ...headers, 'x-emulator-refused': 'POST /v1.0/users' },
    },
    /^response: the emulator objects/,
  ],
  'a missing request id header': [{ ...created, headers: { ...headers, 'request-id': undefined } }, /^response: header request-id/],
}

for (const [name, [exchange, problem]] of Object.entries(bad)) {
  test(`${name} is a problem`, () => {
    const problems = validateGraphExchange(exchange)
    assert.ok(
      problems.some((text) => problem.test(text)),
      `expected ${problem} among ${JSON.stringify(problems)}`,
    )
  })
}

test('a journaled call is judged as it was on the wire, and without an answer by its request', () => {
  const entry = { method: 'POST', path: '/v1.0/users', query: '', requestBody: anna, responseHeaders: headers }
  const answered = journaledExchange({ ...entry, status: 201, responseBody: created.responseBody })
  assert.deepEqual(validateGraphExchange(answered), [])
  assert.deepEqual(journaledExchange({ ...entry, status: 599 }).status, undefined)
  const dropped = {
    ...entry,
    status: 200,
    responseHeaders: { 'x-emulator-drop': 'half' },
    requestBody: { ...anna, id: 7 },
  }
  assert.match(validateGraphExchange(journaledExchange(dropped)).join(), /^request: \/id/)
})

test('the log counts every exchange, skips none of its own accord and names the call with each problem', () => {
  const log = graphSchemaLog()
  log.check(created)
  log.check({ method: 'GET', path: '/v1.0/groups', status: 200 })
  assert.deepEqual(log.count(), { validated: 2, skipped: 0 })
  assert.deepEqual(log.problems(), ['GET /v1.0/groups 200 request: GET /groups is no described operation'])
  log.skip('unreadable')
  assert.equal(log.summary(), 'Graph exchanges: 2 validated, 1 skipped, 2 problems')
})
