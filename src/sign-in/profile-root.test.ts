import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Profile } from '#kernel/person.ts'
import { profileRoot } from './profile-root.ts'

const rootOf = (one: Profile) => {
  const { root, standIn } = profileRoot(one)
  return { ...standIn, ...root }
}

const profile: Profile = {
  issuer: 'https://accounts.google.com',
  subject: '118212',
  names: { given: 'Nadia', family: 'Haas' },
  email: 'nadia@mail.example',
  emailVerified: false,
  attributes: { picture: 'https://pictures.example/n', locale: 'de' },
  authentication: { at: 0, method: 'federated' },
}

test('a profile is remembered by Auth0’s names', () => {
  assert.deepEqual(rootOf(profile), {
    picture: 'https://pictures.example/n',
    locale: 'de',
    email: 'nadia@mail.example',
    email_verified: false,
    name: 'Nadia Haas',
    given_name: 'Nadia',
    family_name: 'Haas',
    nickname: 'nadia',
  })
})

test('what a provider calls itself cannot make an address verified', () => {
  const root = rootOf({ ...profile, attributes: { email_verified: true, email: 'chief@contoso.example' } })
  assert.deepEqual([root['email'], root['email_verified']], ['nadia@mail.example', false])
})

test('without an address there is none, and the nickname is still a word', () => {
  const { email: _, ...without } = profile
  const root = rootOf({ ...without, attributes: { email: 'chief@contoso.example', email_verified: true } })
  assert.equal(root['email'], undefined)
  assert.equal(root['nickname'], 'Nadia')
})

test('what JSON cannot hold, a prototype or endless depth is left out', () => {
  const endless: Record<string, unknown> = {}
  endless['again'] = endless
  const attributes = { when: undefined, big: 10n, call: () => 1, endless, ...JSON.parse('{"__proto__":{"admin":true}}') }
  const root = rootOf({ ...profile, attributes })
  assert.doesNotThrow(() => JSON.stringify(root))
  assert.equal('admin' in root, false)
  assert.equal('when' in root || 'big' in root || 'call' in root, false)
})

test('a profile larger than rules can be given is refused, and never cut short', () => {
  const groups = (count: number) => ({
    ...profile,
    attributes: { groups: Array.from({ length: count }, (_, n) => `${n}`.padEnd(97, 'g')) },
  })
  const said = rootOf(groups(1_300))['groups']
  assert.equal(Array.isArray(said) && said.length, 1_300)
  assert.throws(() => profileRoot(groups(1_330)), { code: 'connection_answer_invalid' })
})

test('names nobody said are not said, and something stands in for them', () => {
  const { root, standIn } = profileRoot({ ...profile, names: {}, attributes: { name: 'Chief', given_name: 'Chief', nickname: '' } })
  assert.deepEqual(root, { email: 'nadia@mail.example', email_verified: false })
  assert.deepEqual(standIn, { name: 'nadia@mail.example', nickname: 'nadia' })
  const { email: _, ...unknown } = { ...profile, names: {}, attributes: { nickname: 'nad' } }
  assert.deepEqual(profileRoot(unknown), { root: { nickname: 'nad' }, standIn: { name: 'you', nickname: 'you' } })
})
