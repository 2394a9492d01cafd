import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type Installation, makeInstallation } from '../support/installation.ts'

const ADD = ['users', 'add', 'dana', '--connection', 'guests']
const onPosix = process.platform === 'win32' && 'files have other rights there'

let place: Installation
before(async () => {
  place = await makeInstallation()
})
after(() => place.close())

/** What an installation has that was lost but for its key and this copy. */
const restoredFrom = async (copy: string, key = readFileSync(place.at('keys', 'kek'), 'utf8')): Promise<Installation> => {
  const other = await makeInstallation()
  other.write('keys/kek', key)
  copyFileSync(copy, other.at('data', 'usher.db'))
  return other
}

test('a copy made while the server runs has all there is; a copy of the file alone has not', async (t) => {
  const server = await place.start()
  const settings = place.write('settings.json', { connections: [{ name: 'guests', type: 'database', label: 'a password' }] })
  assert.equal((await place.run(['apply', settings])).code, 0)
  assert.equal((await place.run(ADD)).code, 0)
  const copy = place.at('copy.db')
  const { code, stdout, stderr } = await place.run(['backup', copy])
  assert.deepEqual([code, stdout], [0, ''], stderr)
  assert.match(stderr, /keep a copy of .*kek elsewhere/)
  copyFileSync(place.at('data', 'usher.db'), place.at('naive.db'))
  await server.stop()
  const restored = await restoredFrom(copy)
  t.after(restored.close)
  assert.equal((await restored.run(ADD)).code, 6, 'she is there')
  assert.match((await restored.run(['start', '--check'])).stderr, /✓ the configuration and the settings hold/)
  const naive = await restoredFrom(place.at('naive.db'))
  t.after(naive.close)
  assert.notEqual((await naive.run(ADD)).code, 6, 'why there is such a command')
})

test('nobody else may read a copy, and without its key it opens nothing', { skip: onPosix }, async (t) => {
  assert.equal(statSync(place.at('copy.db')).mode & 0o777, 0o600)
  const robbed = await restoredFrom(place.at('copy.db'), Buffer.alloc(32, 7).toString('base64'))
  t.after(robbed.close)
  assert.match((await robbed.run(['start', '--check'])).stderr, /key_wrong/)
})

test('what is there is never written over, and a copy that failed leaves nothing', async () => {
  writeFileSync(place.at('mine.txt'), 'mine')
  assert.equal((await place.run(['backup', place.at('mine.txt')])).code, 6)
  assert.equal(readFileSync(place.at('mine.txt'), 'utf8'), 'mine')
  const nowhere = await place.run(['backup', place.at('no', 'folder', 'copy.db')])
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /storage_unavailable: the copy cannot be written/)
})

test('where there is no database none is made, and PostgreSQL is not copied here', async (t) => {
  const empty = await makeInstallation()
  t.after(empty.close)
  const none = await empty.run(['backup', empty.at('copy.db')])
  assert.deepEqual([none.code, readdirSync(empty.at('data'))], [1, []])
  assert.match(none.stderr, /there is no database/)
  assert.equal(existsSync(empty.at('copy.db')), false)
  const cluster = await makeInstallation({ database: 'postgres://nobody@localhost:1/usher' })
  t.after(cluster.close)
  const asked = await cluster.run(['backup', cluster.at('copy.db')])
  assert.equal(asked.code, 1)
  assert.match(asked.stderr, /pg_dump/)
  assert.equal(existsSync(cluster.at('copy.db')), false)
})
