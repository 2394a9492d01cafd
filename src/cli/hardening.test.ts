import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leaks, openToAnybody } from './hardening.ts'

const USHER = fileURLToPath(new URL('usher.ts', import.meta.url))
const RUN = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url))
const onLinux = process.platform !== 'linux' && 'Linux only: core limits and signal masks are read from /proc'

const started = (args: readonly string[]) => {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
  return { status, stderr }
}

test('each way to have the memory written out is named', () => {
  const limits = (soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units\nMax core file size        ${soft}            unlimited            bytes\n`
  assert.deepEqual(leaks({ limits: limits('0        '), status: 'SigCgt:\t0000000100004402\n' }), [])
  assert.match(leaks({ limits: limits('unlimited') }).join(), /core dumps/)
  assert.match(leaks({ status: 'SigCgt:\t0000000100004602\n' }).join(), /SIGUSR1/)
  assert.match(leaks({ inspector: 'ws://127.0.0.1:9229/x' }).join(), /debugger/)
})

test('a key that anybody may read is named, and one that its owner and group may is not', { skip: process.platform === 'win32' }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-hardening-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const key = join(folder, 'kek')
  writeFileSync(key, '')
  for (const [mode, found] of [
    [0o600, []],
    [0o440, []],
    [0o644, [key]],
    [0o602, [key]],
  ] as const) {
    chmodSync(key, mode)
    assert.deepEqual(openToAnybody([undefined, key]), found, mode.toString(8))
  }
})

test('a server that could be debugged or dumped does not start', { skip: onLinux }, () => {
  const { status, stderr } = started([USHER, 'start', '--config', '/nowhere'])
  assert.equal(status, 1)
  assert.match(stderr, /SIGUSR1 would open a debugger.*bin\/run\.cjs/)
  const inspected = started(['--disable-sigusr1', '--inspect=127.0.0.1:0', USHER, 'start', '--config', '/nowhere'])
  assert.equal(inspected.status, 1)
  assert.match(inspected.stderr, /a debugger is open/)
})

test('started as the README says, it comes as far as its configuration', { skip: onLinux }, () => {
  const { status, stderr } = started([RUN, USHER, 'start', '--config', '/nowhere'])
  assert.equal(status, 1)
  assert.match(stderr, /settings_invalid/)
  assert.doesNotMatch(stderr, /core dumps|debugger/)
})
