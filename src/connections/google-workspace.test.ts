import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANNA } from '../../test/support/fake-provider/provider-state.ts'
import { signInAt, socialRows, socialStage } from '../../test/support/social-stage.ts'

const { 'google-workspace': workspace } = socialRows
const invalid = { code: 'connection_answer_invalid', detail: { connection: 'acme', reason: 'hd' } } as const

test('people of the domain come in, however Google writes it', async () => {
  assert.equal((await signInAt(workspace)).subject, ANNA.sub)
  assert.equal((await signInAt(workspace, { person: { ...ANNA, hd: 'ACME.example' } })).subject, ANNA.sub)
})

const others: readonly unknown[] = [undefined, '', 'evil.example', 'acme.example.evil.example', 'sub.acme.example', ['acme.example'], true]
for (const hd of others)
  test(`an address at the domain lets nobody in whom Google does not count to it: ${JSON.stringify(hd)}`, () =>
    assert.rejects(signInAt(workspace, { person: { ...ANNA, hd } }), invalid))

test('what the userinfo endpoint says about the domain counts for nothing', () =>
  assert.rejects(signInAt(workspace, { person: { sub: ANNA.sub }, userinfo: { ...ANNA, hd: 'acme.example' } }), invalid))

test('Google is told the domain, so that it offers the right accounts', async () => {
  const said = async (domains: readonly string[]) =>
    new URL((await socialStage(workspace, { settings: { domains } }).leave()).location).searchParams.get('hd')
  assert.equal(await said(['acme.example']), 'acme.example')
  assert.equal(await said(['acme.example', 'acme.test']), '*')
})

test('without domains, or with what is none, the settings are refused', () => {
  for (const domains of [undefined, [], ['*'], ['ACME.example'], 'acme.example', ['com']])
    assert.throws(() => socialStage(workspace, { settings: { domains } }), { code: 'settings_invalid' })
})
