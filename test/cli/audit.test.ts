import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeInstallation, runUsher } from '../support/installation.ts'

test('usher audit --help explains itself on standard output', async () => {
  const { code, stdout, stderr } = await runUsher(['audit', '--help'])
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^Usage: usher audit/)
})

test('what an administrator did is there to be read, by type and since when, and nothing that was secret', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  assert.match((await place.run(['audit'])).stderr, /nothing of that kind has happened/)
  const settings = place.write('settings.json', { connections: [{ name: 'guests', type: 'database', label: 'a password' }] })
  await place.run(['apply', settings])
  const token = (await place.run(['tokens', 'create', 'deploy', '--scope', 'update:rules'])).stdout.trim()
  const password = (await place.run(['users', 'add', 'dana@fabrikam.example', '--connection', 'guests'])).stdout.trim()
  await place.run(['config', 'set', 'KEY'], { input: 'value-7f1c' })
  const { code, stdout } = await place.run(['audit'])
  assert.equal(code, 0)
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[1]),
    ['settings_applied', 'api_token_created', 'user_added', 'rules_changed'],
  )
  assert.match(stdout, /name=deploy scopes=update:rules/)
  assert.match(stdout, /configuration\.KEY set/)
  for (const secret of [token, password, 'value-7f1c', 'dana@fabrikam.example']) assert.ok(!stdout.includes(secret))
  const [only, another] = (await place.run(['audit', '--type', 'user_added', '--json'])).stdout.trim().split('\n')
  assert.deepEqual([JSON.parse(only ?? '').type, another], ['user_added', undefined])
  assert.equal((await place.run(['audit', '--since', '2999-01-01'])).stdout, '')
  assert.equal((await place.run(['audit', '--since', 'yesterday'])).code, 2)
  assert.equal((await place.run(['audit', '--last', '0'])).code, 2)
})
