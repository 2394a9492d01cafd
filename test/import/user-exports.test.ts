import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { type Installation, localTarget, makeInstallation } from '../support/installation.ts'

const database = (name: string) => ({ name, type: 'database', label: name })
const ACCOUNT = { office365UPN: `one@${DEMO_TENANT.guestDomain}`, office365ImmutableId: 'b25l' }

const person = (id: string, more: object = {}) => ({
  user_id: `auth0|${id}`,
  email: `${id}@fabrikam.example`,
  identities: [{ connection: 'guests', provider: 'auth0', user_id: id, isSocial: false }],
  ...more,
})

let place: Installation
before(async () => {
  place = await makeInstallation()
  const settings = { targets: [localTarget], connections: [database('guests'), database('staff')] }
  const { code, stderr } = await place.run(['apply', place.write('settings.json', settings)])
  assert.equal(code, 0, stderr)
})
after(() => place.close())

const lines = (...all: readonly object[]): string => all.map((one) => JSON.stringify(one)).join('\r\n')
const bring = (...files: readonly string[]) => place.run(['import', 'auth0', ...files.flatMap((file) => ['--users', place.at(file)])])

test('as many files as there were jobs, packed under any name; lines are told with theirs', async () => {
  place.write('first.json', lines(person('a', { app_metadata: ACCOUNT })))
  const gone = { connection: 'twitter', provider: 'twitter', user_id: '1', isSocial: true }
  const linked = person('b', { identities: [...person('b').identities, gone] })
  writeFileSync(place.at('download'), gzipSync(`\uFEFF${lines(linked, person('c', { user_id: 'no id' }), { user_id: 'auth0|d' })}`))
  const { code, stderr } = await bring('first.json', 'download')
  assert.equal(code, 1)
  assert.match(stderr, /✗ \S*\/download, line 2: user_id: a user_id has the form/)
  assert.match(stderr, /✗ \S*\/download, line 3: several connections have ids like auth0\|…, and the line does not say which/)
  assert.match(stderr, /people: 2 added, 0 completed, 0 were here, 2 refused/)
  assert.match(stderr, /1 of them with the account they have in Microsoft 365/)
  assert.match(stderr, /1 linked identities were left out/)
})

test('people without the account they have get another, so an export without any says so', async () => {
  place.write('poor.json', lines(person('e')))
  const { code, stderr } = await bring('poor.json')
  assert.equal(code, 0, stderr)
  assert.match(stderr, /1 added.*\n {2}! none of them has an account in the file\. .*export `app_metadata`/)
})

for (const [name, content, says] of [
  ['people.csv', 'Id,Email\nauth0|1,a@b.example\nauth0|2,b@b.example\n', /first line is no JSON object\. CSV has no metadata whole/],
  ['people.json', JSON.stringify([person('f'), person('g')], null, 2), /a JSON list; one object a line is what is read/],
  ['people.pgp', '-----BEGIN PGP MESSAGE-----\nxx\n', /decrypt and unpack/],
] as const)
  test(`${name} is refused as a whole, and not a line at a time`, async () => {
    place.write(name, content)
    const { code, stderr, stdout } = await bring(name)
    assert.equal(code, 1)
    assert.match(stderr, says)
    assert.doesNotMatch(stderr, /line \d/)
    assert.equal(stdout, '')
  })

test('somebody who came without a password is given one and stays who they are', async () => {
  place.write('known.json', lines(person('known', { name: 'Known Person', nickname: 'kay', email_verified: true, app_metadata: {} })))
  assert.equal((await bring('known.json')).code, 0)
  const add = (id: string, username: string, connection = 'guests') =>
    place.run(['users', 'add', username, '--connection', connection, '--user-id', id])
  const made = await add('auth0|known', 'known@fabrikam.example')
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^[\w-]{20}\n$/)
  assert.deepEqual(entryOf('known@fabrikam.example'), {
    subject: 'known',
    display_name: 'Known Person',
    email: 'known@fabrikam.example',
    email_verified: 1,
    attributes_json: '{"nickname":"kay"}',
  })
  const twice = await add('auth0|known', 'another')
  assert.equal(twice.code, 6, 'they have one')
  assert.equal(entryOf('another'), undefined)
  for (const [id, connection] of [
    ['auth0|nobody', 'guests'],
    ['auth0|known', 'staff'],
  ] as const) {
    const stranger = await add(id, 'stranger', connection)
    assert.equal(stranger.code, 1)
    assert.match(stranger.stderr, /there is no person auth0\|\w+ of the connection (guests|staff)/)
    assert.equal(stranger.stdout, '')
  }
})

const entryOf = (username: string): object | undefined => {
  const stored = new DatabaseSync(place.at('data', 'usher.db'), { readOnly: true })
  try {
    const row = stored
      .prepare('select subject, display_name, email, email_verified, attributes_json from passwords where username = ?')
      .get(username)
    return row && { ...row }
  } finally {
    stored.close()
  }
}
