import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANNA } from '../../../test/support/fake-provider/provider-state.ts'
import { oauth2Rows, oauth2Stage } from '../../../test/support/oauth2-stage.ts'

const { github } = oauth2Rows
const invalid = { code: 'connection_answer_invalid' } as const

const comingBack = async (how: Parameters<ReturnType<typeof oauth2Stage>['provider']['misbehave']>[0] = {}) => {
  const stage = oauth2Stage(github)
  stage.provider.misbehave(how)
  const leg = await stage.leave()
  return stage.comeBack(stage.provider.authorize(leg.location), leg)
}

test('somebody is their number, and their address the primary one, not the one they show', async () => {
  const { subject, email, emailVerified, attributes, names } = await comingBack()
  assert.deepEqual([subject, email, emailVerified], [github.subject, ANNA.email, true])
  assert.equal(attributes.nickname, 'anna-berg')
  assert.equal(names.display, ANNA.name)
})

test('a primary address that is not verified is not, and another verified one does not stand in for it', async () => {
  const emails = [
    { email: 'ceo@acme.example', primary: true, verified: false },
    { email: ANNA.email, primary: false, verified: true },
  ]
  const { email, emailVerified } = await comingBack({ besides: () => emails })
  assert.deepEqual([email, emailVerified], ['ceo@acme.example', false])
})

test('without a primary address there is none', async () => {
  const { email, emailVerified } = await comingBack({ besides: () => [{ email: ANNA.email, primary: false, verified: true }] })
  assert.deepEqual([email, emailVerified], [undefined, false])
})

for (const answer of [{}, null, [{ email: ANNA.email, primary: 'true', verified: true }], [{ primary: true, verified: true }], [1]])
  test(`addresses that cannot be read sign nobody in: ${JSON.stringify(answer)}`, () =>
    assert.rejects(comingBack({ besides: () => answer }), invalid))

test('a login name is nobody: it may be given to somebody else', () =>
  assert.rejects(comingBack({ userinfo: ({ id: _, ...right }) => right }), { code: 'profile_incomplete' }))

test('an error that GitHub answers with status 200 is one, and our own mistakes are told apart', async () => {
  const saying = (error: string) => comingBack({ tokens: () => ({ error, error_description: 'x' }) })
  await assert.rejects(saying('bad_verification_code'), invalid)
  await assert.rejects(saying('incorrect_client_credentials'), {
    code: 'connection_unavailable',
    detail: { connection: 'acme', error: 'incorrect_client_credentials', status: 400 },
  })
})
