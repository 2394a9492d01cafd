import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Storage, Unit } from '../storage.ts'
import type { Ground, Outcome } from './run-unit.ts'
import { runUnit } from './run-unit.ts'
import { isBeyondRepair, isBusy } from './sqlite-errors.ts'

/** Units in one COMMIT at most, so that nobody else waits too long for their turn. */
const UNITS_AT_ONCE = 256
/** Together with what one try waits by itself: five seconds in which another process may finish its own unit. */
const TRIES_WHILE_BUSY = 50
const PAUSE_WHILE_BUSY_MS = 50

interface Queued {
  readonly unit: Unit<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** The one connection that writes. */
export interface Writer extends Ground {
  /** For what is not a statement of the query builder: the transaction itself. Synchronous. */
  readonly run: (sql: string) => void
  /** False after the database itself has rolled back. */
  readonly isInTransaction: () => boolean
}

export interface GroupCommit {
  readonly write: Storage['write']
  /** False once the disk has failed: what was written since may be lost, so nothing more is. */
  readonly isSound: () => boolean
  /** Waits for the units there are and takes no more. */
  readonly end: () => Promise<void>
}

/**
 * Collects the units of one turn and runs them one after another inside one transaction, each in a savepoint of its own, so
 * that they share one COMMIT, which is what costs. Nobody is answered before it.
 */
export const groupCommit = (writer: Writer, clock: Clock): GroupCommit => {
  const queue: Queued[] = []
  let isFlushing = false
  let flushing = Promise.resolve()
  let broken: UsherError | undefined
  let isEnded = false
  const flush = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    const batch = queue.splice(0, UNITS_AT_ONCE)
    const lost = await commitTogether(batch, writer, clock)
    if (lost && isBeyondRepair(lost.cause)) {
      broken = lost
      for (const { reject } of queue.splice(0)) reject(lost)
    }
    isFlushing = false
    if (queue.length > 0) start()
  }
  const start = (): void => {
    if (isFlushing) return
    isFlushing = true
    flushing = flush()
  }
  return {
    write: <Result>(unit: Unit<Result>) =>
      new Promise<Result>((resolve, reject) => {
        if (broken) return reject(broken)
        if (isEnded) return reject(new UsherError('shutting_down'))
        // What a unit resolves to is what its caller typed.
        queue.push({ unit, resolve: resolve as (value: unknown) => void, reject })
        start()
      }),
    isSound: () => broken === undefined,
    end: async () => {
      isEnded = true
      while (isFlushing) await flushing
    },
  }
}

/** Answers every unit; returns the failure when they failed together. */
const commitTogether = async (batch: readonly Queued[], writer: Writer, clock: Clock): Promise<UsherError | undefined> => {
  try {
    await begin(writer, clock)
    const outcomes: Outcome<unknown>[] = []
    for (const { unit } of batch) outcomes.push(await inSavepoint(unit, writer))
    writer.run('commit')
    for (const [index, outcome] of outcomes.entries()) settle(batch[index], outcome)
    return undefined
  } catch (error) {
    const failure = new UsherError('storage_unavailable', { cause: error })
    rollBack(writer)
    for (const { reject } of batch) reject(failure)
    return failure
  }
}

/** Another process may be writing. Waiting for it inside SQLite would stop everybody here, so each try is short. */
const begin = async (writer: Writer, clock: Clock): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return writer.run('begin immediate')
    } catch (error) {
      if (!isBusy(error) || tries === TRIES_WHILE_BUSY) throw error
    }
    await clock.sleep(PAUSE_WHILE_BUSY_MS)
  }
}

/** Throws only when the whole transaction is lost. */
const inSavepoint = async (unit: Unit<unknown>, writer: Writer): Promise<Outcome<unknown>> => {
  writer.run('savepoint unit')
  const outcome = await runUnit(unit, writer)
  // Some failures (a full disk, a torn page) make SQLite give up more than the one statement.
  if (!writer.isInTransaction()) throw 'error' in outcome ? outcome.error : new Error('the transaction ended inside a unit')
  if ('error' in outcome) writer.run('rollback to unit')
  writer.run('release unit')
  return outcome
}

const rollBack = (writer: Writer): void => {
  try {
    if (writer.isInTransaction()) writer.run('rollback')
  } catch {
    // The units are refused whatever this says; the next BEGIN finds out.
  }
}

const settle = (queued: Queued | undefined, outcome: Outcome<unknown>): void =>
  'error' in outcome ? queued?.reject(outcome.error) : queued?.resolve(outcome.value)
