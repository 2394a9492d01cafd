import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#kernel/json.ts'
import { heardRoot } from './heard-root.ts'

const KNOWN: JsonObject = {
  email: 'dana@fabrikam.example',
  email_verified: true,
  name: 'Dana Whitfield',
  given_name: 'Dana',
  family_name: 'Whitfield',
  nickname: 'dana',
  picture: 'https://pictures.example/d',
  groups: ['owners'],
  locale: 'de',
}
const STAND_IN = { name: 'new@fabrikam.example', nickname: 'new' }

test('names and picture stay while none are said; nothing else does', () => {
  const root = { email: 'new@fabrikam.example', email_verified: false }
  assert.deepEqual(heardRoot(KNOWN, { root, standIn: STAND_IN }), {
    name: 'Dana Whitfield',
    given_name: 'Dana',
    family_name: 'Whitfield',
    nickname: 'dana',
    picture: 'https://pictures.example/d',
    ...root,
  })
})

test('an address that is not said any more is not known any more, nor that it was verified', () => {
  const after = heardRoot(KNOWN, { root: {}, standIn: { name: 'you', nickname: 'you' } })
  for (const gone of ['email', 'email_verified', 'groups', 'locale']) assert.ok(!(gone in after), gone)
  assert.equal(after['name'], 'Dana Whitfield')
})

test('names are said together: those that were are not mixed with those that are', () => {
  const after = heardRoot(KNOWN, {
    root: { name: 'Dana Ng', given_name: 'Dana', picture: null },
    standIn: { name: 'Dana Ng', nickname: 'dana' },
  })
  assert.deepEqual(after, { name: 'Dana Ng', given_name: 'Dana', nickname: 'dana', picture: 'https://pictures.example/d' })
})

test('what only stood in for a name is not kept as if somebody had said it', () => {
  const stood = heardRoot({}, { root: { email: 'old@fabrikam.example' }, standIn: { name: 'old@fabrikam.example', nickname: 'old' } })
  assert.equal(stood['name'], 'old@fabrikam.example')
  assert.deepEqual(heardRoot(stood, { root: { email: 'new@fabrikam.example' }, standIn: STAND_IN }), {
    email: 'new@fabrikam.example',
    ...STAND_IN,
  })
  const nobody = heardRoot({}, { root: {}, standIn: { name: 'you', nickname: 'you' } })
  assert.equal(heardRoot(nobody, { root: {}, standIn: STAND_IN })['name'], STAND_IN.name)
})
