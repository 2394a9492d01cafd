import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { jobOf } from '../../test/support/rule-jobs.ts'
import { openPool } from '../../test/support/rule-pool.ts'
import { type Jail, jailsToTry } from './jail.ts'

const program = { node: '/usr/bin/node', args: ['--permission', 'runner.cjs'], reads: ['/opt/usher/node_modules'] }
const namesOf = (jails: readonly Jail[]) => jails.map(({ name, uid }) => (uid === undefined ? name : `${name} as nobody`))

describe('jails', () => {
  test('the best is tried first, and root tries each as nobody before', () => {
    assert.deepEqual([...new Set(namesOf(jailsToTry('auto', { isRoot: false })))], ['unshare', 'bwrap', 'none'])
    assert.deepEqual(namesOf(jailsToTry('unshare', { isRoot: true })), ['unshare as nobody', 'unshare'])
    assert.deepEqual([...new Set(namesOf(jailsToTry('none', { isRoot: false })))], ['none'])
  })

  test('what is asked for by name is not replaced by less', () => {
    for (const name of ['unshare', 'bwrap', 'none'] as const)
      for (const jail of jailsToTry(name, { isRoot: true })) assert.equal(jail.name, name)
  })

  test('every jail ends in the same program', () => {
    for (const jail of jailsToTry('auto', { isRoot: false }))
      assert.deepEqual(jail.command(program).slice(-3), ['/usr/bin/node', '--permission', 'runner.cjs'])
  })

  test('memory runs short for a runner before anybody else, which is said outside the namespaces', () => {
    const [unshare] = jailsToTry('unshare', { isRoot: false })
    const command: readonly string[] = unshare?.command(program) ?? []
    assert.ok(command.indexOf('choom') < command.indexOf('unshare'))
    assert.ok(command.includes('--kill-child=SIGKILL'))
  })

  for (const jail of ['unshare', 'bwrap', 'none'] as const)
    test(`a rule runs, and is ended, in the jail ${jail}`, async (t) => {
      const { pool, runners } = openPool({ busyMs: 300 }, { jail })
      t.after(pool.stop)
      const isThere = await pool.start().then(
        () => true,
        () => false,
      )
      if (!isThere) return t.skip(`no ${jail} on this machine`)
      assert.equal(pool.jail(), jail)
      assert.equal((await pool.run(jobOf(['function (user, context, callback) { callback() }']))).kind, 'passed')
      assert.equal((await pool.run(jobOf(['function () { for (;;); }']))).kind, 'failed')
      const all = await runners.all()
      await pool.stop()
      for (const pid of all) assert.equal(existsSync(`/proc/${pid}`), false)
    })
})

/** Another Usher whose only script never returns; prints the processes of its runners. */
const usher = (jail: string) => `
  import { openPool } from '${import.meta.dirname}/../../test/support/rule-pool.ts'
  import { jobOf } from '${import.meta.dirname}/../../test/support/rule-jobs.ts'
  const { pool, runners } = openPool({ busyMs: 60_000 }, { jail: '${jail}' })
  await pool.start()
  pool.run(jobOf(['function () { for (;;); }'], { budgetMs: 60_000 }))
  console.log(pool.jail(), (await runners.allInnermost()).join())`

test('a script that never returns does not outlive an Usher that was killed', async () => {
  for (const jail of ['auto', 'none']) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', usher(jail)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const pids = String(line).split(' ').at(-1)?.split(',') ?? []
    assert.ok(pids.length > 0, line)
    child.kill('SIGKILL')
    await once(child, 'exit')
    // Whoever does not end keeps this waiting until the test itself is ended.
    while (pids.some((pid) => existsSync(`/proc/${pid}`))) await wait(10)
  }
})
