import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Installation, makeInstallation, runUsher } from '../support/installation.ts'

let place: Installation
before(async () => {
  place = await makeInstallation()
})
after(() => place.close())

for (const command of [[], ['create'], ['list'], ['remove']])
  test(`usher tokens ${command.join(' ')} --help explains itself on standard output`, async () => {
    const { code, stdout, stderr } = await runUsher(['tokens', ...command, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^Usage: usher tokens ${command.join(' ')}`))
    assert.equal(stderr, '')
  })

test('a token is printed once, and known by its name from then on', async () => {
  const made = await place.run(['tokens', 'create', 'deploy', '--scope', 'read:rules', 'update:rules,read:users', '--days', '7'])
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^usher_api_[\w-]{43}\n$/)
  assert.doesNotMatch(made.stderr, /usher_api_/)
  const again = await place.run(['tokens', 'create', 'deploy', '--scope', 'read:rules'])
  assert.deepEqual([again.code, again.stdout], [6, ''])
  const { stdout } = await place.run(['tokens', 'list', '--json'])
  const [item] = JSON.parse(stdout).items
  assert.deepEqual([item.name, item.scopes], ['deploy', ['read:rules', 'update:rules', 'read:users']])
  assert.equal(Date.parse(item.expiresAt) - Date.parse(item.createdAt), 7 * 24 * 3_600_000)
  assert.doesNotMatch(stdout, /usher_api_|hash/)
  assert.equal((await place.run(['tokens', 'remove', 'deploy'])).code, 0)
  assert.equal((await place.run(['tokens', 'remove', 'deploy'])).code, 5)
  assert.match((await place.run(['tokens', 'list'])).stderr, /there is no token/)
})

test('a token for what there is not is not made', async () => {
  for (const args of [
    ['x', '--scope', 'read:everything'],
    ['x', '--scope', 'read:users', '--days', '0'],
    ['x y', '--scope', 'read:users'],
  ]) {
    const { code, stdout, stderr } = await place.run(['tokens', 'create', ...args])
    assert.deepEqual([code, stdout], [1, ''], stderr)
    assert.match(stderr, /settings_invalid/)
  }
  assert.equal((await place.run(['tokens', 'create', 'x'])).code, 2)
})
