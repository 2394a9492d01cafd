import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permittedClaims } from './claim-types.ts'

const named = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'mallory']))

test('a claim is split before its last slash; a bare name gets the common namespace', () => {
  assert.deepEqual(permittedClaims({ 'http://fabrikam.com/claims/team': 'blue', surname: ['K', 'L'] }), [
    { type: { namespace: 'http://fabrikam.com/claims', name: 'team' }, values: ['blue'] },
    { type: { namespace: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims', name: 'surname' }, values: ['K', 'L'] },
  ])
})

test('a claim without a value is none', () => {
  assert.deepEqual(permittedClaims({ team: [] }), [])
})

const SPELLINGS_OF_A_SUBJECT = [
  'UPN',
  'upn',
  'Upn',
  'U.P.N',
  'user-principal-name',
  'userPrincipalName',
  'ImmutableID',
  'immutableid',
  'IMMUTABLE_ID',
  'immutable-id',
  'Immutable:ID',
  'nameidentifier',
  'NameIdentifier',
  'name_identifier',
  'nameid',
  'NameID',
  '/UPN',
  '//UPN',
  '~UPN',
  'http://schemas.xmlsoap.org/claims/UPN',
  'https://schemas.xmlsoap.org/claims/UPN',
  'http://schemas.xmlsoap.org/claims//UPN',
  'HTTP://SCHEMAS.XMLSOAP.ORG/CLAIMS/UPN',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier',
  'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID',
  'http://schemas.microsoft.com/liveid/federation/2008/05/ImmutableID',
  'https://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID',
  'http://schemas.microsoft.com/LiveID/Federation/2008/05/',
  'http://schemas.microsoft.com/LiveID/Federation/2008/05/anything',
  'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID/',
  'http://schemas.microsoft.com/identity/claims/onpremobjectguid',
  'http://schemas.microsoft.com/identity/claims/objectidentifier',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/issuerid',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid',
  'http://schemas.microsoft.com/ws/2012/01/accounttype',
  'issuer',
  'AlternateLoginID',
  'UPN ',
  ' UPN',
  'UPN\n',
  'U\u200bPN',
  'U\u0000PN',
  '\uff35\uff30\uff2e',
  'ＵＰＮ',
  'ImmutableІD',
  'ımmutableid',
  '%55PN',
  'http://schemas.xmlsoap.org/claims%2FUPN',
  'http:\\\\schemas.xmlsoap.org\\claims\\UPN',
  'UPN"',
  '',
  '/',
]

const SPELLINGS_OF_A_SECOND_FACTOR = [
  'authnmethodsreferences',
  'http://schemas.microsoft.com/claims/authnmethodsreferences',
  'http://schemas.microsoft.com/claims/anything',
  'https://schemas.microsoft.com/claims/authnmethodsreferences',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant',
  'http://schemas.microsoft.com/ws/2017/04/identity/claims/multifactorauthenticationinstant',
  'http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork',
  'AuthenticationMethod',
  'multipleauthn',
]

test('no spelling of who somebody is gets into a token', () => {
  for (const name of SPELLINGS_OF_A_SUBJECT) assert.deepEqual(permittedClaims(named(name)), [], JSON.stringify(name))
})

test('no spelling of how they proved it gets into a token', () => {
  for (const name of SPELLINGS_OF_A_SECOND_FACTOR) assert.deepEqual(permittedClaims(named(name)), [], name)
})

test('a second factor is not smuggled in as the value of another claim', () => {
  for (const value of [
    'http://schemas.microsoft.com/claims/multipleauthn',
    'https://schemas.microsoft.com/claims/multipleauthn',
    ' HTTP://schemas.microsoft.com/claims/MultipleAuthn ',
    'http://schemas.microsoft.com/claims/multipleauthn/',
  ]) {
    assert.deepEqual(permittedClaims({ team: value }), [], value)
    assert.deepEqual(permittedClaims({ team: ['blue', value] }), [], value)
  }
})

test('a reserved claim does not take its neighbors with it', () => {
  assert.deepEqual(
    permittedClaims({ UPN: 'ceo@fabrikam.com', team: 'blue' }).map(({ type }) => type.name),
    ['team'],
  )
})

test('a value that XML cannot carry is refused, and not in claims that are dropped anyway', () => {
  assert.throws(() => permittedClaims({ team: 'a\0b' }), { code: 'claims_invalid' })
  assert.throws(() => permittedClaims({ team: ['blue', '\udfff'] }), { code: 'claims_invalid' })
  assert.deepEqual(permittedClaims({ UPN: '\0' }), [])
})
