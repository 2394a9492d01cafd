import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { signIn } from '../../../test/conformance/stores/records.ts'
import { managementOver } from '../../../test/support/management.ts'
import { onEachDatabase, type OpenStores } from '../../../test/support/stores.ts'

const WORK = { connection: 'con_work', issuer: 'https://work.example', subject: 'w-1' }
const PRIMARY = '/users/oidc|work|w-1'
const GOOGLE = { connection: 'google', provider: 'google-oauth2', user_id: '110', isSocial: true }

const both = async (t: TestContext, open: OpenStores) => {
  const opened = await open(t)
  await signIn(opened)
  const primary = await signIn(opened, WORK, { connection: { name: 'work', type: 'oidc' }, root: { name: 'Dana' } })
  return { ...opened, ...(await managementOver(opened.stores)), primary }
}

onEachDatabase((name, open) => {
  if (name === 'postgres') return

  for (const user_id of ['110', 110, 'google-oauth2|110'])
    test(`a user is linked by provider and id (${JSON.stringify(user_id)}), and unlinked again`, async (t) => {
      const { ask } = await both(t, open)
      const linked = await ask('POST', `${PRIMARY}/identities`, { body: { provider: 'google-oauth2', user_id } })
      assert.equal(linked.status, 201)
      assert.ok(Array.isArray(linked.body))
      assert.deepEqual({ ...linked.body[1], profileData: undefined }, { ...GOOGLE, profileData: undefined })
      assert.equal(linked.body[1]?.profileData?.name, 'Dana W.')
      assert.equal((await ask('GET', '/users/google-oauth2|110')).status, 404)
      const unlinked = await ask('DELETE', `${PRIMARY}/identities/google-oauth2/110`)
      assert.deepEqual([unlinked.status, Array.isArray(unlinked.body) && unlinked.body.length], [200, 1])
      assert.equal((await ask('GET', '/users/google-oauth2|110')).status, 200)
      assert.equal((await ask('DELETE', `${PRIMARY}/identities/google-oauth2/110`)).status, 404)
    })

  test('an id that holds a bar is one part of the address', async (t) => {
    const { ask } = await both(t, open)
    const linked = await ask('POST', '/users/google-oauth2|110/identities', { body: { provider: 'oidc', user_id: 'work|w-1' } })
    assert.equal(linked.status, 201)
    const path = '/users/google-oauth2%7C110/identities/oidc/work%7Cw-1'
    assert.equal((await ask('DELETE', path)).status, 200)
  })

  test('nobody is linked who must not be, and the main identity stays', async (t) => {
    const { ask, stores, primary } = await both(t, open)
    const link = (body: unknown) => ask('POST', `${PRIMARY}/identities`, { body })
    assert.equal((await link({ provider: 'google-oauth2', user_id: '111' })).status, 404)
    assert.equal((await link({ provider: 'google-oauth2', user_id: '110', connection_id: 'con_other' })).status, 404)
    assert.equal((await link({ provider: 'oidc', user_id: 'work|w-1' })).status, 409, 'with themselves')
    assert.equal((await link({ link_with: 'a.b.c' })).status, 400)
    assert.equal((await ask('DELETE', `${PRIMARY}/identities/oidc/work%7Cw-1`)).status, 400)
    const directory = { immutableId: 'i', userPrincipalName: 'dana@contoso.example' }
    const other = await stores.records.byPublicId('google-oauth2|110')
    await stores.directory.record({ userId: other?.userId ?? '', target: 't', directory, reference: 'r', at: 1 })
    const refused = await link({ provider: 'google-oauth2', user_id: '110', connection_id: 'con_google' })
    assert.equal(refused.status, 409)
    assert.equal((await stores.records.find(primary.userId))?.identities.length, 1)
  })
})
