import type { Kysely } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { Schema } from '../schema.ts'
import type { Storage, Unit } from '../storage.ts'
import type { Execute } from './database.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** Units in one COMMIT at most, so that nobody else waits too long for their turn. */
const UNITS_AT_ONCE = 256

interface Queued {
  readonly unit: Unit<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

type Outcome = { readonly value: unknown } | { readonly error: unknown }

export interface GroupCommit {
  readonly write: Storage['write']
  /** Waits for the units there are and takes no more. */
  readonly end: () => Promise<void>
}

/**
 * Collects the units of one turn and runs them one after another inside one transaction, each in a savepoint of its own, so
 * that they share one COMMIT, which is what costs. Nobody is answered before it.
 */
export const groupCommit = (connection: SqliteConnection, databaseOn: (execute: Execute) => Kysely<Schema>): GroupCommit => {
  const queue: Queued[] = []
  let isArmed = false
  let isEnded = false
  let running: Promise<void> = Promise.resolve()
  const arm = (): void => {
    if (isArmed) return
    isArmed = true
    setImmediate(() => {
      running = flush()
    })
  }
  const flush = async (): Promise<void> => {
    await commitTogether(queue.splice(0, UNITS_AT_ONCE), connection, databaseOn)
    isArmed = false
    if (queue.length > 0) arm()
  }
  return {
    write: <Result>(unit: Unit<Result>) =>
      new Promise<Result>((resolve, reject) => {
        if (isEnded) return reject(new UsherError('shutting_down'))
        // What a unit resolves to is what its caller typed.
        queue.push({ unit, resolve: resolve as (value: unknown) => void, reject })
        arm()
      }),
    end: async () => {
      isEnded = true
      while (isArmed) {
        await new Promise((resolve) => setImmediate(resolve))
        await running
      }
    },
  }
}

const commitTogether = async (
  batch: readonly Queued[],
  connection: SqliteConnection,
  databaseOn: (execute: Execute) => Kysely<Schema>,
): Promise<void> => {
  try {
    connection.run('begin immediate')
    const outcomes: Outcome[] = []
    for (const { unit } of batch) outcomes.push(await inSavepoint(unit, connection, databaseOn))
    connection.run('commit')
    outcomes.forEach((outcome, index) => settle(batch[index], outcome))
  } catch (error) {
    if (connection.isInTransaction()) connection.run('rollback')
    const failure = new UsherError('storage_unavailable', { cause: error })
    for (const { reject } of batch) reject(failure)
  }
}

const settle = (queued: Queued | undefined, outcome: Outcome): void =>
  'error' in outcome ? queued?.reject(outcome.error) : queued?.resolve(outcome.value)

/** Throws only when the whole transaction is lost. */
const inSavepoint = async (
  unit: Unit<unknown>,
  connection: SqliteConnection,
  databaseOn: (execute: Execute) => Kysely<Schema>,
): Promise<Outcome> => {
  connection.run('savepoint unit')
  const outcome = await runUnit(unit, connection.execute, databaseOn)
  if (!connection.isInTransaction()) throw 'error' in outcome ? outcome.error : new Error('the transaction ended inside a unit')
  if ('error' in outcome) connection.run('rollback to unit')
  connection.run('release unit')
  return outcome
}

/**
 * Statements are answered without leaving the turn, so a unit that is not done when the turn ends waits for something else.
 */
const runUnit = (unit: Unit<unknown>, execute: Execute, databaseOn: (execute: Execute) => Kysely<Schema>): Promise<Outcome> =>
  new Promise((resolve) => {
    let isOver = false
    let failed: Outcome | undefined
    const end = (outcome: Outcome): void => {
      isOver = true
      clearImmediate(watch)
      resolve(failed ?? outcome)
    }
    const watch = setImmediate(() => end({ error: new Error('a unit waits for something that is not a statement of its own') }))
    const guarded: Execute = async (query) => {
      if (isOver) throw new Error('a statement came after its unit had ended')
      try {
        return await execute(query)
      } catch (error) {
        failed = { error }
        throw error
      }
    }
    unit(databaseOn(guarded)).then(
      (value) => end({ value }),
      (error) => end({ error }),
    )
  })
