import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/free-port.ts'
import { runUsher, startUsher } from '../support/installation.ts'
import { patient } from '../support/patient.ts'

const USHER = fileURLToPath(new URL('../../src/cli/usher.ts', import.meta.url))
const onLinux = process.platform !== 'linux' && 'Linux only: limits are read from /proc'
const calls = patient()

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-demo-'))
})
after(async () => {
  await calls.close()
  rmSync(folder, { recursive: true, force: true })
})

const runDemo = async (port: number, ...more: readonly string[]) => {
  const demo = startUsher(['demo', '--home', join(folder, 'home'), '--port', String(port), ...more])
  await demo.spoken(/Ctrl-C stops everything/)
  const addresses = [...demo.stderr().matchAll(/http:\/\/[\w.]+:\d+/g)].map(([address]) => address)
  const tokens = demo.stderr().match(/\busher_api_[\w-]+/g) ?? []
  return { ...demo, addresses, tokens, people: [...demo.stderr().matchAll(/^ {4}(\S+) +(\S+) +\((\w+)\)$/gm)].map(([, name]) => name) }
}

const answers = (address: string): Promise<boolean> =>
  calls.fetch(address).then(
    () => true,
    () => false,
  )

test('the demo says where to look, every address answers, and Ctrl-C ends all of it', async () => {
  const demo = await runDemo(await freePort())
  assert.equal(new Set(demo.addresses).size, 3, demo.stderr())
  for (const address of demo.addresses) assert.equal(await answers(address), true, address)
  assert.deepEqual(demo.people, ['dana@fabrikam.example', 'erika'])
  const [token = ''] = demo.tokens
  const [address] = demo.stderr().match(/http:\/\/\S+\/api\/v2/) ?? []
  const asked = await calls.fetch(`${address}/users`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(asked.status, 200, 'the first administrator is let in')
  assert.ok(!readFileSync(join(folder, 'home', 'usher.log'), 'utf8').includes(token), 'and in no log')
  assert.equal(demo.stdout(), '')
  demo.signal('SIGINT')
  assert.deepEqual(await demo.ended, { code: 0, signal: null })
  for (const address of demo.addresses) assert.equal(await answers(address), false, `${address} is still there`)
})

test('the next demo goes on with the same people; --reset begins anew', async () => {
  const second = await runDemo(await freePort())
  assert.deepEqual([...second.people, ...second.tokens], [], 'a password is shown once')
  assert.deepEqual(await second.stop(), { code: 0, signal: null })
  const third = await runDemo(await freePort(), '--reset')
  assert.deepEqual(third.people, ['dana@fabrikam.example', 'erika'])
  assert.deepEqual(await third.stop(), { code: 0, signal: null })
  assert.ok(existsSync(join(folder, 'home', 'data')))
})

test('a folder that holds what no demo made is left alone, also with --reset', async () => {
  const home = join(folder, 'etc')
  mkdirSync(home)
  writeFileSync(join(home, 'usher.json'), '{"publicUrl": "https://id.fabrikam.example"}')
  for (const more of [[], ['--reset']]) {
    const { code, stderr } = await runUsher(['demo', '--home', home, '--port', String(await freePort()), ...more])
    assert.equal(code, 2)
    assert.match(stderr, /holds what no demo made/)
    assert.deepEqual(readdirSync(home), ['usher.json'])
    assert.match(readFileSync(join(home, 'usher.json'), 'utf8'), /fabrikam/)
  }
})

test('a port that somebody has is left to them', async () => {
  const port = await freePort()
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
  const demo = await runDemo(port)
  assert.ok(!demo.addresses.some((address) => address.endsWith(`:${port}`)), demo.addresses.join())
  for (const address of demo.addresses) assert.equal(await answers(address), true, address)
  assert.deepEqual(await demo.stop(), { code: 0, signal: null })
  await new Promise((resolve) => other.close(resolve))
})

for (const command of [
  ['demo', '--home', '/nowhere'],
  ['start', '--config', '/nowhere'],
])
  test(`${command[0]} does not begin where a crash would write its memory to disk`, { skip: onLinux }, (t) => {
    const args = ['-c', 'ulimit -S -c "$(ulimit -H -c)" && [ "$(ulimit -c)" != 0 ] && exec "$@" || exit 99', 'sh']
    const { status, stderr } = spawnSync('/bin/sh', [...args, process.execPath, '--disable-sigusr1', USHER, ...command], {
      encoding: 'utf8',
    })
    if (status === 99) return t.skip('this machine allows no core dumps to begin with')
    assert.equal(status, 1)
    assert.match(stderr, /core dumps are on/)
    return undefined
  })
