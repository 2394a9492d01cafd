import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { callerOf, jobOf } from '../../support/rule-jobs.ts'
import { openPool } from '../../support/rule-pool.ts'

const PEOPLE = 40
/** Of the four runners at work, those that end and those that wait. */
const MOST_PROCESSES = 14

const { pool, runners } = openPool()
after(pool.stop)

/** Throws a moment later for people of one relying party, whether or not their run is over by then. */
const strays = `function (user, context, callback) {
  if (user.isUnlucky) setTimeout(() => { throw new Error('later') }, user.n % 3)
  setTimeout(() => callback(null, user, context), 3)
}`

test('a rule that throws later for everybody of one relying party fails nobody of another, and fills no machine', async () => {
  const arrive = (relyingParty: string, n: number) =>
    pool.run(
      jobOf([strays], { user: { n, isUnlucky: relyingParty === 'unlucky' }, budgetMs: 20_000, caller: callerOf([], { relyingParty }) }),
    )
  let most = 0
  const others: string[] = []
  const unlucky: string[] = []
  for (let n = 0; n < PEOPLE; n += 2) {
    const those = [arrive('unlucky', n), arrive('unlucky', n + 1)]
    others.push((await arrive('other', n)).kind)
    for (const one of those) unlucky.push((await one).kind)
    most = Math.max(most, (await runners.all()).length)
  }
  assert.deepEqual(new Set(others), new Set(['passed']))
  // It is their own rule: what it said before it threw counts, and nothing else becomes of them.
  for (const kind of unlucky) assert.ok(kind === 'passed' || kind === 'denied', kind)
  assert.ok(most <= MOST_PROCESSES, `${most} processes`)
})
