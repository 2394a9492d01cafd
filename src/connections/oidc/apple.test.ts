import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { jwtVerify } from 'jose'
import { Secret } from '#kernel/secret.ts'
import { ANNA, CLIENT } from '../../../test/support/fake-provider/provider-state.ts'
import { APPLE, signInAt, socialRows, socialStage } from '../../../test/support/social-stage.ts'

const { apple } = socialRows

/** Somebody comes back with what Apple's form says about them. */
const comingWith = async (user: string | undefined) => {
  const stage = socialStage(apple)
  const leg = await stage.leave()
  const back = stage.provider.authorize(leg.location)
  if (user !== undefined) back.searchParams.set('user', user)
  return stage.comeBack(back, leg)
}

test('Apple is asked to post its answer, and only a posted one is taken', async () => {
  const stage = socialStage(apple)
  const leg = await stage.leave()
  assert.equal(new URL(leg.location).searchParams.get('response_mode'), 'form_post')
  const back = stage.provider.authorize(leg.location)
  const visit = stage.visit(back, stage.clock.now())
  const order = { state: leg.order.state, memory: leg.departure.memory, callbackUrl: leg.order.callbackUrl }
  const invalid = { code: 'connection_answer_invalid' }
  for (const wrong of [
    { ...visit, method: 'GET' as const, form: new URLSearchParams(), url: back },
    { ...visit, url: back },
  ])
    await assert.rejects(stage.connection.complete(wrong, order), invalid)
  assert.equal(stage.provider.countCalls('/token'), 0, 'the code is not spent on it')
  assert.equal((await stage.connection.complete(visit, order)).subject, ANNA.sub)
})

test('our secret is signed with the developer’s key, for Apple alone, and for minutes', async () => {
  const sent: string[] = []
  const stage = socialStage(apple, { takesSecret: (secret) => sent.push(secret) > 0 })
  const leg = await stage.leave()
  await stage.comeBack(stage.provider.authorize(leg.location), leg)
  const currentDate = new Date(stage.clock.now())
  const { payload, protectedHeader } = await jwtVerify(sent[0] ?? '', createPublicKey(APPLE.pem), { currentDate })
  assert.deepEqual(protectedHeader, { alg: 'ES256', kid: APPLE.keyId })
  const { iat = 0, exp = 0, ...rest } = payload
  assert.deepEqual(rest, { iss: APPLE.teamId, sub: CLIENT.id, aud: 'https://appleid.apple.com' })
  assert.equal(exp - iat, 300)
})

test('a name comes from the form, the first time', async () => {
  const { names } = await comingWith('{"name":{"firstName":"Anna","lastName":"Berg"},"email":"anna@acme.example"}')
  assert.deepEqual(names, { given: 'Anna', family: 'Berg' })
  assert.deepEqual((await comingWith(undefined)).names, {})
})

test('a form says nothing about who somebody is, or where their mail goes', async () => {
  const lie = { sub: 'ceo', email: 'ceo@acme.example', email_verified: true, iss: 'x', name: { firstName: 'Anna', sub: 'ceo' } }
  const profile = await comingWith(JSON.stringify(lie))
  assert.deepEqual([profile.subject, profile.email, profile.names.given], [ANNA.sub, ANNA.email, 'Anna'])
  assert.ok(!JSON.stringify(profile).includes('ceo'))
})

const forms = ['', '[]', 'null', '{', '{"name":"Anna"}', '{"name":{"firstName":["Anna"]}}', `{"name":{"firstName":"${'x'.repeat(5_000)}"}}`]
for (const form of forms)
  test(`a form that cannot be read keeps nobody out: ${form.slice(0, 40)}`, async () => {
    const { names, subject } = await comingWith(form)
    assert.deepEqual([names, subject], [{}, ANNA.sub])
  })

test('an address counts as Apple says', async () => {
  assert.equal((await signInAt(apple)).emailVerified, true)
  assert.equal((await signInAt(apple, { person: { ...ANNA, email_verified: 'false' } })).emailVerified, false)
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const otherCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'a secret beside the key': { clientSecret: new Secret('s') },
  'a key in the open': { privateKey: APPLE.pem },
  'a key that is none': { privateKey: new Secret('text') },
  'a key of another kind': { privateKey: new Secret(rsa) },
  'a key on another curve': { privateKey: new Secret(otherCurve) },
  'a team that is none': { teamId: 'x' },
  'no key id': { keyId: undefined },
}
for (const [name, settings] of Object.entries(wrong))
  test(`${name} is refused, and not repeated`, () =>
    assert.throws(
      () => socialStage(apple, { settings }),
      (error) => {
        assert.ok(error instanceof Error && 'code' in error && 'detail' in error && error.code === 'settings_invalid')
        assert.ok(!JSON.stringify(error.detail).includes('BEGIN'))
        return true
      },
    ))
