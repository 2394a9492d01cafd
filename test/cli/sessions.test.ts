import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { makeInstallation, runUsher } from '../support/installation.ts'

for (const command of [[], ['list'], ['end']])
  test(`usher sessions ${command.join(' ')} --help explains itself on standard output`, async () => {
    const { code, stdout, stderr } = await runUsher(['sessions', ...command, '--help'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, new RegExp(`^Usage: usher sessions ${command.join(' ')}`))
  })

/** People with sessions, as sign-ins leave them. */
const remember = (file: string, people: Readonly<Record<string, readonly string[]>>): void => {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  for (const [user, hashes] of Object.entries(people)) {
    database.exec(`insert into users (id, connection, issuer, subject, email_verified, blocked, created_at)
      values ('${user}', 'con_x', 'i', '${user}', 0, 0, 1)`)
    for (const hash of hashes)
      database.exec(`insert into sessions (id_hash, user_id, connection, authenticated_at, method, created_at, expires_at, reference)
        values ('${hash}', '${user}', 'con_x', 1000, 'password', 1000, ${Date.now() + 600_000}, 'visit')`)
  }
  database.close()
}

test('sessions are listed without what opens them, and end by id, by person and all', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  assert.match((await place.run(['sessions', 'list'])).stderr, /nobody is remembered/)
  const hash = (letter: string): string => letter.repeat(43)
  remember(place.at('data', 'usher.db'), { dana: ['-', 'b', 'c'].map(hash), erika: [hash('d')], frank: [hash('e')] })
  const { stdout } = await place.run(['sessions', 'list', '--user', 'dana', '--json'])
  const { items } = JSON.parse(stdout)
  assert.deepEqual(
    items.map(({ user, since, connection, method }: Record<string, string>) => [user, since, connection, method]),
    Array(3).fill(['dana', '1970-01-01T00:00:01.000Z', 'con_x', 'password']),
  )
  assert.equal((await place.run(['sessions', 'list'])).stdout.trim().split('\n').length, 5)
  const few = await place.run(['sessions', 'list', '--last', '2'])
  assert.deepEqual([few.stdout.trim().split('\n').length, /there are more/.test(few.stderr)], [2, true])

  const one = await place.run(['sessions', 'end', `ses_${hash('-')}`])
  assert.deepEqual([one.code, /1 session ended/.test(one.stderr)], [0, true])
  assert.equal((await place.run(['sessions', 'end', `ses_${hash('-')}`])).code, 5)
  assert.match((await place.run(['sessions', 'end', '--user', 'dana'])).stderr, /2 sessions ended/)
  const nobody = await place.run(['sessions', 'end', '--user', 'dena'])
  assert.deepEqual([nobody.code, /no user dena/.test(nobody.stderr)], [5, true])
  for (const wrong of [[], ['--all', '--user', 'erika'], ['ses_x', '--all']])
    assert.equal((await place.run(['sessions', 'end', ...wrong])).code, 2, wrong.join(' '))
  assert.equal((await place.run(['sessions', 'list'])).stdout.trim().split('\n').length, 2, 'none ended by a command that was wrong')
  assert.match((await place.run(['sessions', 'end', '--all'])).stderr, /2 sessions ended/)
  assert.equal((await place.run(['sessions', 'list'])).stdout, '')
  const events = (await place.run(['audit', '--type', 'sessions_ended', '--json'])).stdout.trim().split('\n')
  assert.deepEqual(
    events.map((line) => JSON.parse(line).facts),
    [
      { by: 'command line', sessions: 1, whose: 'session', began: 'visit' },
      { by: 'command line', sessions: 2, whose: 'user' },
      { by: 'command line', sessions: 2, whose: 'everybody' },
    ],
  )
})
