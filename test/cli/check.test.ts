import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { localTarget, makeInstallation } from '../support/installation.ts'

const GUESTS = { name: 'guests', type: 'database', label: 'a password' }

test('start --check reads the settings file and puts nothing of it in force, also beside a running server', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  await place.start()
  place.write('settings.json', { connections: [GUESTS] })
  place.write('usher.json', { ...place.config, settingsFile: 'settings.json' })
  const checked = await place.run(['start', '--check'])
  assert.equal(checked.code, 0, checked.stderr)
  assert.match(checked.stderr, /✓ the configuration and the settings hold/)
  assert.deepEqual(JSON.parse((await place.run(['connections', 'list', '--json'])).stdout), { items: [] })
  place.write('settings.json', { connections: [{ ...GUESTS, type: 'guestbook' }] })
  const wrong = await place.run(['start', '--check'])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /settings_invalid: .*guestbook/)
})

test('a range of everybody is no proxy', async (t) => {
  for (const range of ['0.0.0.0/0', '::/0']) {
    const place = await makeInstallation({ trustedProxies: ['10.0.0.1', range] })
    t.after(place.close)
    const { code, stderr } = await place.run(['start', '--check'])
    assert.equal(code, 1)
    assert.match(stderr, /trustedProxies\.1: everybody is no proxy/)
  }
})

test('what a demo put in force is refused at a start for other people', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  assert.equal((await place.run(['apply', place.write('settings.json', { targets: [localTarget] })])).code, 0)
  assert.equal((await place.run(['start', '--check'])).code, 0)
  place.write('usher.json', { ...place.config, publicUrl: 'https://id.fabrikam.example' })
  for (const args of [['start', '--check'], ['start']]) {
    const { code, stderr } = await place.run(args)
    assert.equal(code, 1)
    assert.match(stderr, /targets\.0\.addresses: an address of this machine; publicUrl is elsewhere/)
  }
})

const PASSWORD = 's3cr3t-passw0rd'
const UNREACHABLE: Readonly<Record<string, RegExp>> = {
  [`postgres://usher:${PASSWORD}@127.0.0.1:1/usher`]:
    /storage_unavailable: the database cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:1$/m,
  [`postgres://usher:${PASSWORD}@@host:port/usher`]: /settings_invalid: database: no address; in a password every special character/,
}

for (const [database, says] of Object.entries(UNREACHABLE))
  test(`a database that is not to be had is told with the reason, and without its password: ${says.source.slice(0, 60)}`, async (t) => {
    const place = await makeInstallation({ database })
    t.after(place.close)
    const { code, stdout, stderr } = await place.run(['migrate'])
    assert.equal(code, 1)
    assert.match(stderr, says)
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack')
    assert.ok(!(stdout + stderr).includes(PASSWORD))
  })

test('a database of an earlier version is left as it is by every command but the one that brings it up', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  assert.equal((await place.run(['migrate'])).code, 0)
  const steps = (change = '') => {
    const database = new DatabaseSync(place.at('data', 'usher.db'))
    if (change) database.exec(change)
    const rows = database.prepare('select name from migrations order by name').all()
    database.close()
    return rows.map(({ name }) => name)
  }
  const [last] = steps().slice(-1)
  const before = steps(`delete from migrations where name = '${last}'`)
  for (const args of [['start', '--check'], ['audit'], ['connections', 'list']]) {
    const { code, stderr } = await place.run(args)
    assert.equal(code, 1, args.join(' '))
    assert.match(stderr, /storage_unavailable: the database is of an earlier version of Usher/)
  }
  assert.deepEqual(steps(), before)
  assert.equal((await place.run(['backup', place.at('before.db')])).code, 0)
})
