import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANNA } from '../../../test/support/fake-provider/provider-state.ts'
import { signInAt, socialRows, socialStage } from '../../../test/support/social-stage.ts'

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

/** Google verified others' addresses once; whose they are by now it does not know. */
const given: readonly (readonly [string, Readonly<Record<string, unknown>>, true | undefined])[] = [
  ['at Gmail', { email: 'anna@gmail.com' }, true],
  ['at Gmail, not verified', { email: 'anna@gmail.com', email_verified: false }, undefined],
  ['at Gmail, verified as text', { email: 'anna@gmail.com', email_verified: 'true' }, undefined],
  ['in the domain Google counts them to', { hd: 'ACME.example' }, true],
  ['in a domain below it', { email: 'anna@sub.acme.example', hd: 'acme.example' }, undefined],
  ['elsewhere', {}, undefined],
  ['elsewhere, with a list for a domain', { hd: ['acme.example'] }, undefined],
]
for (const [name, more, isGiven] of given)
  test(`an address ${name} is ${isGiven ? '' : 'not '}Google’s to give`, async () => {
    const profile = await signInAt(socialRows.google, { person: { ...ANNA, ...more } })
    assert.equal(profile.emailAuthority, isGiven)
  })

test('what the userinfo endpoint says about the domain makes no address Google’s to give', async () => {
  const profile = await signInAt(socialRows.google, { person: { sub: ANNA.sub }, userinfo: { ...ANNA, hd: 'acme.example' } })
  assert.deepEqual([profile.email, profile.emailAuthority], [ANNA.email, undefined])
})
