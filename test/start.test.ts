import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'

const RUN = join(import.meta.dirname, '..', 'bin', 'run.cjs')
const onLinux = process.platform !== 'linux' && 'Linux only: limits are read from /proc'

const run = (program: string) => spawnSync(process.execPath, [RUN, '-e', program], { encoding: 'utf8' })

test('bin/run.cjs runs on the pinned Node and passes its exit code on', () => {
  const { status, stdout } = run('console.log(process.versions.node); process.exitCode = 7')
  assert.equal(status, 7)
  assert.equal(stdout.trim(), '26.10.0')
})

test('what it runs writes no core dump and opens no debugger on a signal', { skip: onLinux }, () => {
  const { stdout } = run(`
    const { readFileSync } = require('node:fs')
    console.log(/Max core file size +\\S+ +\\S+/.exec(readFileSync('/proc/self/limits', 'utf8'))[0])
    process.kill(process.pid, 'SIGUSR1')
    setImmediate(() => console.log('inspector', require('node:inspector').url()))`)
  assert.match(stdout, /Max core file size +0 +0\n/)
  assert.match(stdout, /inspector undefined/)
})

test('it passes signals on and ends as its child ended', async () => {
  const child = spawn(
    process.execPath,
    [RUN, '-e', `process.on('SIGTERM', () => process.exit(5)); console.log('up'); setInterval(() => {}, 1e3)`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [5, null])
  const killed = spawn(process.execPath, [RUN, '-e', `console.log('up'); setInterval(() => {}, 1e3)`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(killed.stdout, 'data')
  killed.kill('SIGINT')
  assert.deepEqual(await once(killed, 'exit'), [null, 'SIGINT'])
})
