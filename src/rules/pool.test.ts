import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { callerOf, jobOf, scriptOf } from '../../test/support/rule-jobs.ts'
import { openPool } from '../../test/support/rule-pool.ts'

const rule = (body: string) => `function (user, context, callback) { ${body} }`
const passes = rule('user.touched = true; callback(null, user, context)')
const spins = rule('for (;;);')
/** Its own process, as far as a script can tell; and whether another run has left something behind. */
const leavesMark = rule('user.was = global.mark; global.mark = 1; callback(null, user, context)')

describe('runs', () => {
  const { pool, log } = openPool()
  after(pool.stop)

  test('a job comes back with what its scripts made of it, one after the other', async () => {
    const result = await pool.run(jobOf([passes, rule('context.seen = user.touched; callback()')]))
    assert.equal(result.kind, 'passed')
    assert.deepEqual(result.kind === 'passed' && result.user, { user_id: 'auth0|1', email: 'ann@example.com', touched: true })
    assert.deepEqual(result.kind === 'passed' && result.context, { clientID: 'office365', seen: true })
    assert.deepEqual(
      result.timings.map((timing) => timing.rule),
      ['rul_1', 'rul_2'],
    )
  })

  test('the jail is named, and its absence said aloud', () => {
    assert.ok(['unshare', 'bwrap', 'none'].includes(pool.jail()))
    assert.equal(log.has('rules_without_jail'), pool.jail() === 'none')
  })

  test('what a script leaves in its process is there for the next run of the same scripts, and for no others', async () => {
    const marked = async (scripts: readonly string[], configuration = {}) => {
      const result = await pool.run(jobOf(scripts, { configuration }))
      return result.kind === 'passed' && result.user['was'] === 1
    }
    assert.equal(await marked([leavesMark]), false)
    assert.equal(await marked([leavesMark]), true)
    assert.equal(await marked([leavesMark, passes]), false)
    assert.equal(await marked([leavesMark], { KEY: 'new' }), false)
  })

  test('many at once share a runner and do not mix', async () => {
    const waits = rule('setTimeout(() => { context.of = user.email; callback(null, user, context) }, 20)')
    const jobs = Array.from({ length: 40 }, (_, index) => jobOf([waits], { user: { email: `${index}@example.com` } }))
    const results = await Promise.all(jobs.map(pool.run))
    for (const [index, result] of results.entries()) assert.equal(result.kind === 'passed' && result.context['of'], `${index}@example.com`)
  })

  test('metadata is written for the run that asked, and a refusal is a sentence the script can catch', async () => {
    const changes: unknown[] = []
    const writes = rule(`auth0.users.updateAppMetadata(user.user_id, { a: 1, ['__proto__']: { isAdmin: true } })
      .then((changed) => callback(null, changed, context), (error) => callback(null, { said: error.message }, context))`)
    const passed = await pool.run(
      jobOf([writes], {
        updateMetadata: async (kind, publicId, patch) => {
          changes.push({ kind, publicId, patch })
          return { name: 'Ann' }
        },
      }),
    )
    assert.deepEqual(passed.kind === 'passed' && passed.user, { name: 'Ann' })
    assert.deepEqual(changes, [{ kind: 'app', publicId: 'auth0|1', patch: { a: 1 } }])
    const refused = await pool.run(jobOf([writes], { updateMetadata: () => Promise.reject(new Error('Not this one.')) }))
    assert.deepEqual(refused.kind === 'passed' && refused.user, { said: 'Not this one.' })
  })
})

describe('scripts that go wrong', () => {
  const { pool, log } = openPool({ busyMs: 400, memoryBytes: 160 * 1024 * 1024 })
  after(pool.stop)

  test('one that keeps its process busy is ended long before its time is up, and named', async () => {
    const result = await pool.run(jobOf([passes, spins], { budgetMs: 20_000 }))
    assert.deepEqual(result, { kind: 'failed', why: 'timeout', rule: 'rul_2', console: [], timings: [] })
    assert.ok(log.has('rule_runner_ended'))
  })

  test('one that never calls back is ended at its time, and what it left in its process with it', async () => {
    const result = await pool.run(jobOf([rule('global.mark = 1')], { budgetMs: 100 }))
    assert.equal(result.kind === 'failed' && result.why, 'timeout')
    const next = await pool.run(jobOf([leavesMark]))
    assert.equal(next.kind === 'passed' && next.user['was'], undefined)
  })

  test('many that never call back cost one runner, not one each', async (t) => {
    const { pool: own } = openPool()
    t.after(own.stop)
    const scripts = [rule('if (user.isStuck) return; callback(null, { mark: (global.mark ??= Math.random()) }, context)')]
    const stick = async () => void (await own.run(jobOf(scripts, { user: { isStuck: true }, budgetMs: 50 })))
    const served = async () => {
      const result = await own.run(jobOf(scripts))
      return result.kind === 'passed' && result.user['mark']
    }
    const before = await served()
    await stick()
    const after = await served()
    await Promise.all(Array.from({ length: 7 }, stick))
    assert.notEqual(after, before)
    assert.equal(await served(), after)
  })

  test('what is left in a runner that waits to be replaced ends when it keeps it busy', async (t) => {
    const { pool: own, runners } = openPool({ busyMs: 300, graceMs: 10 })
    t.after(own.stop)
    await own.start()
    const scripts = [
      rule(`
        if (user.role === 'late') return setTimeout(() => { for (;;); }, 200)
        if (user.role !== 'stuck') callback()`),
    ]
    const run = (role: string, budgetMs: number) => own.run(jobOf(scripts, { user: { role }, budgetMs }))
    await run('stuck', 50)
    // The next runner is warm when this has passed.
    await run('in a hurry', 2_000)
    await run('late', 50)
    const all = await runners.all()
    while (all.every((pid) => existsSync(`/proc/${pid}`))) await new Promise(setImmediate)
    assert.equal((await own.run(jobOf(scripts))).kind, 'passed')
  })

  test('one that spins as its time runs out is ended from outside', async () => {
    const late = rule('setTimeout(() => { for (;;); }, 150)')
    const result = await pool.run(jobOf([late], { budgetMs: 200 }))
    assert.deepEqual(result.kind === 'failed' && [result.why, result.rule], ['timeout', 'rul_1'])
  })

  test('one that fills memory ends, whether with objects or with bytes, and Usher stays as it was', async () => {
    const before = process.memoryUsage().rss
    const objects = await pool.run(jobOf([rule('const all = []; for (;;) all.push(new Array(1_000).fill({}))')], { budgetMs: 10_000 }))
    assert.ok(objects.kind === 'failed' && ['memory', 'crash', 'timeout'].includes(objects.why), JSON.stringify(objects))
    const fills = rule('const all = []; const more = () => { all.push(Buffer.alloc(10e6, 1)); setTimeout(more, 20) }; more()')
    const bytes = await pool.run(jobOf([fills], { budgetMs: 10_000 }))
    // Where the system has less than the limit the allocation itself fails, and the rule with it.
    const isShort = bytes.kind === 'failed' ? bytes.why === 'memory' : bytes.kind === 'denied' && /allocate memory/.test(bytes.message)
    assert.deepEqual([isShort, bytes.kind !== 'passed' && bytes.rule], [true, 'rul_1'], JSON.stringify(bytes))
    assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024)
  })

  test('one whose result is too large has none', async () => {
    const result = await pool.run(jobOf([rule('user.text = "x".repeat(3e6); callback(null, user, context)')]))
    assert.equal(result.kind === 'failed' && result.why, 'output')
  })

  test('one that throws later is denied by name, and its process serves nobody else', async (t) => {
    const { pool } = openPool()
    t.after(pool.stop)
    const notes: string[] = []
    const throwsLater = rule('global.mark = 1; setTimeout(() => { throw new Error("later") }, 5)')
    const result = await pool.run(jobOf([passes, throwsLater], { caller: callerOf(notes) }))
    assert.deepEqual(result.kind === 'denied' && [result.rule, result.message, result.isRefusal], ['rul_2', 'later', false])
    assert.deepEqual(notes, ['Rule 2 threw when nobody waited for it: later'])
    const next = await pool.run(jobOf([leavesMark]))
    assert.equal(next.kind === 'passed' && next.user['was'], undefined)
  })

  test('a promise nobody waits for counts as thrown', async () => {
    const result = await pool.run(jobOf([rule('Promise.reject(new Error("lost"))')]))
    assert.deepEqual(result.kind === 'denied' && [result.rule, result.message], ['rul_1', 'lost'])
  })

  test('one that never stops throwing is ended, and little of it is told', async (t) => {
    const { pool: own, log: ownLog, runners } = openPool({ graceMs: 600_000 })
    t.after(own.stop)
    const notes: string[] = []
    const floods = rule('const again = () => { setImmediate(again); throw new Error("again") }; setImmediate(again); callback()')
    await own.start()
    const all = await runners.all()
    const result = await own.run(jobOf([floods], { caller: callerOf(notes) }))
    assert.equal(result.kind, 'passed')
    while (all.every((pid) => existsSync(`/proc/${pid}`))) await new Promise(setImmediate)
    assert.equal(ownLog.events.filter((event) => event === 'rule_strayed').length, 21)
    assert.deepEqual([notes.length, notes.at(-1)], [21, 'Rule 1 threw when nobody waited for it: what else is thrown there is not told'])
  })

  test('one person’s user that is too large for any result costs no runner', async (t) => {
    const notes: string[] = []
    const { pool, runners } = openPool()
    t.after(pool.stop)
    await pool.start()
    const before = await runners.all()
    const large = jobOf([leavesMark], { user: { user_id: 'auth0|2', text: 'x'.repeat(300_000) }, caller: callerOf(notes) })
    for (let time = 0; time < 20; time += 1) {
      const result = await pool.run(large)
      assert.equal(result.kind === 'failed' && result.why, 'output')
    }
    assert.deepEqual(await runners.all(), before)
    assert.match(notes.join(), /characters; 200000 are the most/)
    assert.equal((await pool.run(jobOf([leavesMark]))).kind, 'passed')
  })

  test('process.exit is refused, and the process goes on', async () => {
    const result = await pool.run(jobOf([rule('process.exit(0)')]))
    assert.equal(result.kind === 'denied' && result.message, 'process.exit is not available to rules')
  })
})

describe('people who wait for a host that never answers', () => {
  const waitsForSome = [rule(`if (user.role === 'stuck') return; callback(null, user, context)`)]
  const of = (relyingParty: string, role: string, more = {}) =>
    jobOf(waitsForSome, { user: { role }, budgetMs: 60_000, caller: callerOf([], { relyingParty }), ...more })

  test('take three quarters of all places and of the seats to wait, and everybody else passes at once', async () => {
    const { pool } = openPool({ runners: 2, runsPerRunner: 8, waiting: 20 })
    const outcomes: string[] = []
    const stuck = Array.from({ length: 60 }, () =>
      pool.run(of('stuck', 'stuck')).then((result) => void outcomes.push(result.kind === 'failed' ? result.why : result.kind)),
    )
    for (const relyingParty of ['one', 'another', 'one', 'a third']) {
      const results = await Promise.all([1, 2, 3, 4].map(() => pool.run(of(relyingParty, 'in a hurry'))))
      assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(['passed']))
    }
    // Twelve run and fifteen wait; neither has an answer, and nobody who was turned away has run.
    assert.deepEqual(outcomes, Array(33).fill('unavailable'))
    await pool.stop()
    await Promise.all(stuck)
    assert.equal(outcomes.length, 60)
  })

  test('give their places back when their time ends, and who waited has them', async (t) => {
    const { pool } = openPool({ runners: 1, runsPerRunner: 4 })
    t.after(pool.stop)
    const stuck = [1, 2, 3].map(() => pool.run(of('stuck', 'stuck', { budgetMs: 100 })))
    const waiting = [1, 2, 3, 4, 5].map(() => pool.run(of('stuck', 'in a hurry')))
    assert.deepEqual(new Set((await Promise.all(stuck)).map((result) => result.kind === 'failed' && result.why)), new Set(['timeout']))
    assert.deepEqual(new Set((await Promise.all(waiting)).map(({ kind }) => kind)), new Set(['passed']))
  })
})

describe('runners that end', () => {
  const scripts = [
    rule(`
      if (user.role === 'hog') return setTimeout(() => { for (;;); }, 30)
      if (user.role === 'writer') return auth0.users.updateAppMetadata('x', {}).then(() => setTimeout(callback, 60))
      setTimeout(() => { callback(null, user, context) }, 60)`),
  ]
  const as = (role: string, more = {}) => jobOf(scripts, { user: { role }, budgetMs: 5_000, ...more })

  test('runs that did nothing yet are run again, each alone; those that did fail; the one at fault is named', async (t) => {
    const { pool } = openPool({ busyMs: 300 })
    t.after(pool.stop)
    const [hog, bystander, other, writer] = await Promise.all(['hog', 'bystander', 'other', 'writer'].map((role) => pool.run(as(role))))
    assert.deepEqual(hog?.kind === 'failed' && [hog.why, hog.rule], ['timeout', 'rul_1'])
    assert.equal(bystander?.kind, 'passed')
    assert.equal(other?.kind, 'passed')
    assert.equal(writer?.kind === 'failed' && writer.why, 'crash')
  })

  test('a runner that somebody kills costs a sign-in nothing but a moment', async (t) => {
    const { pool, runners } = openPool()
    t.after(pool.stop)
    await pool.run(as('bystander'))
    const running = pool.run(as('bystander'))
    for (const pid of await runners.atWork()) process.kill(pid, 'SIGKILL')
    assert.equal((await running).kind, 'passed')
  })

  test('after stopping nothing runs, and no process is left', async () => {
    const { pool, runners } = openPool()
    const running = pool.run(as('bystander'))
    await pool.start()
    const all = await runners.all()
    assert.ok(all.length > 0)
    await pool.stop()
    assert.equal((await running).kind === 'failed', true)
    assert.deepEqual(await pool.run(as('bystander')), { kind: 'failed', why: 'unavailable', console: [], timings: [] })
    for (const pid of all) assert.equal(existsSync(`/proc/${pid}`), false)
  })

  test('an old runner takes no more runs', async (t) => {
    const { pool } = openPool({ lifeMs: 0 })
    t.after(pool.stop)
    await pool.run(jobOf([leavesMark]))
    const next = await pool.run(jobOf([leavesMark]))
    assert.equal(next.kind === 'passed' && next.user['was'], undefined)
  })
})

test('where no runner starts, every run says so and none waits', async () => {
  const { pool, log } = openPool({}, { scriptsModule: '/nowhere/run-scripts.cjs' })
  const result = await pool.run(jobOf([scriptOf(passes)]))
  assert.deepEqual(result, { kind: 'failed', why: 'unavailable', console: [], timings: [] })
  assert.ok(log.has('rules_unavailable'))
  await pool.stop()
})
