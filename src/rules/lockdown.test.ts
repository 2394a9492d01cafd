import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { jobOf } from '../../test/support/rule-jobs.ts'
import { openPool } from '../../test/support/rule-pool.ts'

/** Whoever is out of the context a rule runs in has this much. The stand-in for the evaluator has no context to get out of. */
const attempt = (ways: Readonly<Record<string, string>>): string => `async function (user, context, callback) {
  const ways = { ${Object.entries(ways)
    .map(([name, body]) => `${JSON.stringify(name)}: async () => ${body}`)
    .join(',\n')} }
  const done = {}
  for (const [name, way] of Object.entries(ways)) try { done[name] = String(await way()).slice(0, 100) } catch (error) { }
  callback(null, done, context)
}`

describe('the whole process of a runner', () => {
  const { pool } = openPool()
  after(pool.stop)
  const done = async (ways: Readonly<Record<string, string>>) => {
    const result = await pool.run(jobOf([attempt(ways)], { budgetMs: 10_000 }))
    assert.equal(result.kind, 'passed', JSON.stringify(result))
    return result.kind === 'passed' ? result.user : {}
  }

  test('reads no file but programs, writes none, and starts nothing', async () => {
    const ways = {
      passwd: `require('fs').readFileSync('/etc/passwd')`,
      environ: `require('fs').readFileSync('/proc/self/environ')`,
      parent: `require('fs').readFileSync('/proc/' + process.ppid + '/environ')`,
      list: `require('fs').readdirSync('/')`,
      sources: `require('fs').readFileSync(${JSON.stringify(import.meta.filename)})`,
      temporary: `require('fs').mkdtempSync('/tmp/usher-test-')`,
      write: `require('fs').writeFileSync(${JSON.stringify(`${import.meta.dirname}/inside/written.txt`)}, 'x')`,
      link: `require('fs').symlinkSync('/etc/passwd', '/tmp/usher-test-link')`,
      promises: `require('fs/promises').readFile('/etc/passwd')`,
      import: `import('node:fs').then((fs) => fs.readFileSync('/etc/passwd'))`,
      spawn: `require('child_process').execFileSync('/bin/true')`,
      process: `new (require('child_process').ChildProcess)().spawn({ file: '/bin/true', args: [] })`,
      worker: `new (require('worker_threads').Worker)('1', { eval: true })`,
      cluster: `require('cluster').fork()`,
      sqlite: `new (require('node:sqlite').DatabaseSync)('/tmp/usher-test.db')`,
      inspector: `require('inspector').open(0)`,
      session: `new (require('inspector').Session)().connect() ?? 'connected'`,
      wasi: `new (require('wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } })`,
      dlopen: `process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6')`,
      ffi: `require('node:ffi').dlopen('libc.so.6')`,
    }
    assert.deepEqual(await done(ways), {})
  })

  test('harms no process and takes nothing back that was taken away', async () => {
    const ways = {
      kill: `process.kill(process.ppid, 0)`,
      killGroup: `process.kill(0, 0)`,
      killed: `process._kill(process.ppid, 0)`,
      abort: `process.abort()`,
      exit: `process.exit(0)`,
      really: `process.reallyExit(0)`,
      restored: `(delete process.kill, process.kill = undefined, Object.defineProperty(process, 'kill', { value: 1 }), process.kill(process.ppid, 0))`,
      binding: `process.binding('fs')`,
      linked: `process._linkedBinding('fs')`,
      flags: `require('v8').setFlagsFromString('--allow-natives-syntax')`,
      flagsByImport: `import('node:v8').then((v8) => v8.setFlagsFromString('--expose-gc'))`,
      snapshot: `require('v8').writeHeapSnapshot()`,
      builtin: `process.getBuiltinModule('child_process').execFileSync('/bin/true')`,
      execve: `process.execve('/bin/true', ['true'])`,
      uid: `process.setuid(0)`,
      chdir: `process.chdir('/tmp')`,
      report: `process.report.writeReport()`,
    }
    assert.deepEqual(await done(ways), {})
  })

  test('learns nothing of the machine, of Usher or of its environment', async () => {
    const found = await done({
      env: `Object.keys(process.env).length`,
      hostname: `require('os').hostname()`,
      user: `JSON.stringify(require('os').userInfo())`,
      interfaces: `JSON.stringify(require('os').networkInterfaces())`,
      handles: `process._getActiveHandles().length`,
      directory: `process.cwd()`,
      arguments: `process.argv.slice(4).join()`,
    })
    assert.deepEqual(found, { env: '0', hostname: 'runner', directory: '/', arguments: '' })
  })

  test('finds another process table and no network where there is a jail', async (t) => {
    if (pool.jail() === 'none') return t.skip('no jail on this machine')
    const found = await done({ alone: `process.pid < 10`, parent: `process.ppid < 10` })
    assert.deepEqual(found, { alone: 'true', parent: 'true' })
  })
})
