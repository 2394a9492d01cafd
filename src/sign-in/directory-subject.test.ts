import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Profile } from '#kernel/person.ts'
import { directorySubject } from './directory-subject.ts'

const names = { immutableIdAttribute: 'objectGUID', userPrincipalNameAttribute: 'userPrincipalName' }

const profile = (attributes: Record<string, unknown>): Profile => ({
  issuer: 'issuer',
  subject: 'subject',
  names: {},
  emailVerified: false,
  attributes,
  authentication: { at: 0, method: 'password' },
})

test('a directory names the subject in the two attributes its settings give', () => {
  assert.deepEqual(directorySubject(profile({ objectGUID: 'AbC+/=', userPrincipalName: 'Ada@Fabrikam.com' }), names), {
    immutableId: 'AbC+/=',
    userPrincipalName: 'Ada@Fabrikam.com',
  })
})

test('anything else is not a subject', () => {
  const good = { objectGUID: 'AbC+/=', userPrincipalName: 'ada@fabrikam.com' }
  for (const bad of [
    {},
    { ...good, objectGUID: undefined },
    { ...good, objectGUID: '' },
    { ...good, objectGUID: 'a b' },
    { ...good, objectGUID: ['AbC'] },
    { ...good, objectGUID: 'x'.repeat(65) },
    { ...good, userPrincipalName: 'ada' },
    { ...good, userPrincipalName: 'ada@fabrikam.com<' },
    { ...good, userPrincipalName: 'a@b@c' },
    { ...good, userPrincipalName: 7 },
  ])
    assert.throws(() => directorySubject(profile(bad), names), { message: 'subject_invalid' })
  assert.throws(() => directorySubject(profile({}), { immutableIdAttribute: 'constructor', userPrincipalNameAttribute: '__proto__' }), {
    message: 'subject_invalid',
  })
})
