import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { UsherError } from '../../../src/kernel/errors.ts'
import { sqliteDatabase } from '../../../src/storage/dialects/sqlite.ts'

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url))
const KILL_AT_COMMIT = new URL('../../support/kill-at-commit.ts', import.meta.url).href
const KILLS = 12
const NUMBERS_OF_A_ROUND = 1_000_000

const folder = (t: TestContext): string => {
  const made = mkdtempSync(join(tmpdir(), 'usher-kill-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

interface Order {
  readonly file: string
  readonly first?: number
  readonly writers: number
  readonly rounds: number
  /** See kill-at-commit.ts. */
  readonly atCommit?: string
  /** Kills it when so many numbers have been said. */
  readonly killAfter?: number
}

/** What a writer had said when it ended, and by what it ended. */
const runWriter = async ({ file, first = 1, writers, rounds, atCommit, killAfter }: Order) => {
  const preload = atCommit === undefined ? [] : ['--import', KILL_AT_COMMIT]
  const child = spawn(process.execPath, [...preload, WRITER, file, String(first), String(writers), String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(atCommit !== undefined && { USHER_TEST_COMMIT: atCommit }) },
  })
  const ended = new Promise<string | null>((resolve) => child.once('close', (_code, signal) => resolve(signal)))
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'ready') said.push(line)
    if (said.length === killAfter) child.kill('SIGKILL')
  }
  return { acknowledged: said.filter((line) => /^\d+$/.test(line)).map(Number), said, signal: await ended }
}

/** Which units are there; fails when half of one is, or when the file is torn. */
const unitsIn = (file: string): ReadonlySet<number> => {
  const database = new DatabaseSync(file)
  try {
    assert.deepEqual(
      database
        .prepare('pragma integrity_check')
        .all()
        .map((row) => row['integrity_check']),
      ['ok'],
    )
    const rows = database.prepare('select id, count(*) as sides from pairs group by id').all()
    assert.ok(
      rows.every(({ sides }) => sides === 2),
      'half of a unit',
    )
    return new Set(rows.map(({ id }) => Number(id)))
  } finally {
    database.close()
  }
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

test('what was acknowledged survives kill -9, again and again on the same file', async (t) => {
  const file = join(folder(t), 'usher.db')
  const acknowledged: number[] = []
  for (let round = 1; round <= KILLS; round += 1) {
    const order = { file, first: round * NUMBERS_OF_A_ROUND, writers: round, rounds: NUMBERS_OF_A_ROUND, killAfter: 5 + 37 * round }
    const outcome = await runWriter(order)
    assert.equal(outcome.signal, 'SIGKILL')
    assert.ok(outcome.acknowledged.length >= order.killAfter)
    acknowledged.push(...outcome.acknowledged)
    const there = unitsIn(file)
    assert.deepEqual(
      acknowledged.filter((id) => !there.has(id)),
      [],
    )
  }
})

// The first COMMIT makes the table; then four units at a time.
for (const commits of [2, 3, 5]) {
  const done = 4 * (commits - 2)

  test(`a kill before COMMIT ${commits} leaves nothing of it`, async (t) => {
    const file = join(folder(t), 'usher.db')
    const { acknowledged, signal } = await runWriter({ file, writers: 4, rounds: 10, atCommit: `before ${commits}` })
    assert.equal(signal, 'SIGKILL')
    assert.deepEqual(acknowledged, range(1, done))
    assert.deepEqual([...unitsIn(file)], range(1, done))
  })

  test(`a kill after COMMIT ${commits} keeps all of it, though nobody was told`, async (t) => {
    const file = join(folder(t), 'usher.db')
    const { acknowledged, signal } = await runWriter({ file, writers: 4, rounds: 10, atCommit: `after ${commits}` })
    assert.equal(signal, 'SIGKILL')
    assert.deepEqual(acknowledged, range(1, done))
    assert.deepEqual([...unitsIn(file)], range(1, done + 4))
  })

  test(`when the disk fails at COMMIT ${commits} nothing of it is acknowledged or kept`, async (t) => {
    const file = join(folder(t), 'usher.db')
    const { said, signal } = await runWriter({ file, writers: 4, rounds: 10, atCommit: `fail ${commits}` })
    assert.equal(signal, null)
    assert.deepEqual(said, [...range(1, done).map(String), 'refused false'])
    assert.deepEqual([...unitsIn(file)], range(1, done))
  })
}

test('a second server is refused until the first is dead, even by kill -9', async (t) => {
  const file = join(folder(t), 'usher.db')
  const clock = { now: () => 0, sleep: (ms: number) => wait(ms) }
  const child = spawn(process.execPath, [WRITER, file, '1', '1', String(NUMBERS_OF_A_ROUND)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.stdout.resume()
  const isInUse = (error: unknown): boolean =>
    error instanceof UsherError && error.code === 'storage_unavailable' && /another Usher server/.test(String(error.detail['problem']))
  assert.throws(() => sqliteDatabase({ file, isServer: true, clock }), isInUse)
  const command = sqliteDatabase({ file, isServer: false, clock })
  assert.equal(await command.write(async () => 'beside the server'), 'beside the server')
  await command.close()
  child.kill('SIGKILL')
  await ended
  await sqliteDatabase({ file, isServer: true, clock }).close()
})
