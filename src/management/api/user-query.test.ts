import assert from 'node:assert/strict'
import { test } from 'node:test'
import { userQuery } from './user-query.ts'

test('fields are compared exactly, joined by AND, quoted or not', () => {
  assert.deepEqual(userQuery(''), {})
  assert.deepEqual(userQuery('email:"dana@x.example"'), { email: 'dana@x.example' })
  assert.deepEqual(userQuery(' user_id:"google-oauth2|1" AND identities.connection:google '), {
    publicId: 'google-oauth2|1',
    connectionName: 'google',
  })
  assert.deepEqual(userQuery('email:dana@x.example AND blocked:true'), { email: 'dana@x.example', blocked: true })
  assert.deepEqual(userQuery(String.raw`email:"a\"b\\c"`), { email: String.raw`a"b\c` })
  assert.deepEqual(userQuery(`email:"' or 1=1 -- AND x"`), { email: `' or 1=1 -- AND x` })
})

test('what is not understood is refused with a sentence, never read as something wider', () => {
  const refused = [
    'email:',
    'email:"open',
    'dana',
    '*',
    'email:*',
    'email:dana*',
    'email:"a" OR email:"b"',
    'NOT email:"a"',
    'email:"a" email:"b"',
    'email:"a" AND',
    'AND email:"a"',
    'email:"a" AND email:"b"',
    'email:"a" and blocked:true',
    '(email:"a")',
    'blocked:maybe',
    'app_metadata.plan:"x"',
    'constructor:"x"',
    '_exists_:email',
    'email:"a"x',
    'email:[a TO z]x:',
    `email:"${'x'.repeat(1_000)}"`,
  ]
  for (const text of refused) assert.equal(typeof userQuery(text), 'string', text)
})
