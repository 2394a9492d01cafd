import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANNA, CLIENT } from '../../../test/support/fake-provider/provider-state.ts'
import { oauth2Rows, oauth2Stage } from '../../../test/support/oauth2-stage.ts'

const { facebook } = oauth2Rows

const comingBack = async (how: Parameters<ReturnType<typeof oauth2Stage>['provider']['misbehave']>[0] = {}, more = {}) => {
  const stage = oauth2Stage(facebook, more)
  stage.provider.misbehave(how)
  const leg = await stage.leave()
  return { profile: await stage.comeBack(stage.provider.authorize(leg.location), leg), calls: stage.provider.calls }
}

test('somebody is who Facebook says, by a token that is proven to be ours', async () => {
  const { profile, calls } = await comingBack()
  assert.equal(profile.subject, facebook.subject)
  assert.deepEqual(profile.names, { given: 'Anna', family: 'Berg', display: 'Anna Berg' })
  assert.deepEqual(calls, ['/token', '/userinfo', '/besides'])
})

test('an address from Facebook is never taken for verified, and may be missing', async () => {
  const { profile } = await comingBack({ userinfo: (right) => ({ ...right, email_verified: true, verified: true }) })
  assert.deepEqual([profile.email, profile.emailVerified], [ANNA.email, false])
  const { profile: without } = await comingBack({ userinfo: ({ email: _, ...right }) => right })
  assert.deepEqual([without.email, without.emailVerified], [undefined, false])
})

const right = { app_id: CLIENT.id, type: 'USER', is_valid: true, user_id: facebook.subject }
const wrong: readonly (readonly [string, unknown])[] = [
  ['of another app', { data: { ...right, app_id: '999' } }],
  ['of an app that is a number', { data: { ...right, app_id: 999 } }],
  ['of a page', { data: { ...right, type: 'PAGE' } }],
  ['that is not valid', { data: { ...right, is_valid: false } }],
  ['that is valid in words', { data: { ...right, is_valid: 'true' } }],
  ['of somebody else', { data: { ...right, user_id: '1' } }],
  ['of nobody', { data: { ...right, user_id: undefined } }],
  ['nobody knows', { data: { error: { code: 190 } } }],
  ['about which nothing is said', {}],
]
for (const [name, answer] of wrong)
  test(`a token ${name} signs nobody in`, () =>
    assert.rejects(comingBack({ besides: () => answer }), { code: 'connection_answer_invalid' }))

test('the secret is in no address', async () => {
  const addresses: string[] = []
  await comingBack({}, { admits: ({ url }: { readonly url: URL }) => addresses.push(url.href) > 0 })
  assert.match(addresses[0] ?? '', /[?&]appsecret_proof=[\da-f]{64}(&|$)/)
  assert.ok(!addresses.join().includes(encodeURIComponent(CLIENT.secret)) && !addresses.join().includes('access_token='))
})
