import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { groupCommit } from './group-commit.ts'

/** A writer without a database: it notes what it is told, and fails where the test says. */
const pretendWriter = (failAt: (sql: string, count: number) => Error | undefined = () => undefined) => {
  const said: string[] = []
  let isInTransaction = false
  return {
    said,
    count: (sql: string) => said.filter((one) => one === sql).length,
    execute: async () => ({ rows: [] }),
    // The units of these tests make no statements.
    databaseOn: () => Object.create(null),
    isInTransaction: () => isInTransaction,
    run: (sql: string) => {
      said.push(sql)
      const failure = failAt(sql, said.filter((one) => one === sql).length)
      if (failure) throw failure
      if (sql === 'begin immediate') isInTransaction = true
      if (sql === 'commit' || sql === 'rollback') isInTransaction = false
    },
  }
}

const sqliteError = (errcode: number) => Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode })
const BUSY = 5
const IO_FSYNC = 10 | (4 << 8)
const FULL = 13

const pauses: number[] = []
const clock = { now: () => 0, sleep: async (ms: number) => void pauses.push(ms) }

const isUnavailable = (error: unknown): boolean => error instanceof UsherError && error.code === 'storage_unavailable'

test('the units of one turn share a COMMIT, and are answered after it', async () => {
  const writer = pretendWriter()
  const { write } = groupCommit(writer, clock)
  const commitsSeen: number[] = []
  await Promise.all(Array.from({ length: 100 }, () => write(async () => undefined).then(() => commitsSeen.push(writer.count('commit')))))
  assert.equal(writer.count('commit'), 1)
  assert.equal(writer.count('savepoint unit'), 100)
  assert.ok(commitsSeen.every((count) => count === 1))
})

test('no more than so many units share a COMMIT; the others come next', async () => {
  const writer = pretendWriter()
  const { write } = groupCommit(writer, clock)
  const order: number[] = []
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => write(async () => void order.push(n))))
  assert.equal(writer.count('commit'), 4)
  assert.deepEqual(
    order,
    Array.from({ length: 1_000 }, (_, n) => n),
  )
})

test('a failed COMMIT rejects every unit of it, and the next one works', async () => {
  const writer = pretendWriter((sql, count) => (sql === 'commit' && count === 1 ? sqliteError(FULL) : undefined))
  const { write, isSound } = groupCommit(writer, clock)
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => write(async () => 'written')))
  assert.ok(outcomes.every((outcome) => outcome.status === 'rejected' && isUnavailable(outcome.reason)))
  assert.equal(writer.count('rollback'), 1)
  assert.equal(isSound(), true)
  assert.equal(await write(async () => 'written'), 'written')
})

test('after a failed fsync nothing is acknowledged any more', async () => {
  const writer = pretendWriter((sql, count) => (sql === 'commit' && count === 2 ? sqliteError(IO_FSYNC) : undefined))
  const { write, isSound } = groupCommit(writer, clock)
  await write(async () => undefined)
  assert.equal(isSound(), true)
  const waiting = Array.from({ length: 600 }, () => write(async () => 'written'))
  const outcomes = await Promise.allSettled(waiting)
  assert.ok(outcomes.every((outcome) => outcome.status === 'rejected' && isUnavailable(outcome.reason)))
  assert.equal(isSound(), false)
  await assert.rejects(
    write(async () => 'written'),
    isUnavailable,
  )
  assert.equal(writer.count('commit'), 2)
})

test('it waits for another process without stopping, and gives up in the end', async () => {
  const soon = pretendWriter((sql, count) => (sql === 'begin immediate' && count < 4 ? sqliteError(BUSY) : undefined))
  assert.equal(await groupCommit(soon, clock).write(async () => 'written'), 'written')
  assert.equal(soon.count('begin immediate'), 4)
  assert.equal(pauses.splice(0).length, 3)
  const never = pretendWriter((sql) => (sql === 'begin immediate' ? sqliteError(BUSY) : undefined))
  const { write, isSound } = groupCommit(never, clock)
  await assert.rejects(
    write(async () => 'written'),
    isUnavailable,
  )
  assert.equal(never.count('begin immediate'), 50)
  assert.equal(
    pauses.splice(0).reduce((sum, ms) => sum + ms, 0),
    49 * 50,
  )
  assert.equal(never.count('savepoint unit'), 0)
  assert.equal(isSound(), true)
})

test('when SQLite gives up the transaction inside a unit, no unit of it counts as written', async () => {
  const writer = pretendWriter()
  const { write } = groupCommit(writer, clock)
  const first = write(async () => 'written')
  const second = write(async () => {
    writer.run('rollback')
    throw sqliteError(FULL)
  })
  const third = write(async () => 'written')
  const outcomes = await Promise.allSettled([first, second, third])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
  assert.equal(writer.count('commit'), 0)
})

test('closing answers everybody first', async () => {
  const writer = pretendWriter()
  const { write, end } = groupCommit(writer, clock)
  const going = Array.from({ length: 600 }, () => write(async () => 'written'))
  await end()
  assert.equal(writer.count('commit'), 3)
  assert.deepEqual(new Set(await Promise.all(going)), new Set(['written']))
  await assert.rejects(
    write(async () => 'written'),
    (error: unknown) => error instanceof UsherError && error.code === 'shutting_down',
  )
})
