import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { Pool, type PoolClient, type PoolConfig, types } from 'pg'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import { createLane } from '#lib/lane.ts'
import type { Unit } from '../storage.ts'
import { databases, type Execute, type Grammar, preparedFor } from './database.ts'
import type { Database } from './dialect.ts'
import { createGate, once } from './gate.ts'
import { isConflict, isStalePlan, isUnavailable } from './postgres-errors.ts'
import { oneAtATime, type StatementNames, statementNames, statementsOn } from './postgres-statements.ts'
import { runUnit } from './run-unit.ts'

const CONNECTIONS = 10
/** In a rush whoever waits for their turn is better off than whoever is sent away. */
const CONNECT_MS = 10 * ONE_SECOND_MS
const STATEMENT_MS = 5 * ONE_SECOND_MS
/** Longer than any statement: a transaction nobody ends any more. */
const IDLE_IN_TRANSACTION_MS = 10 * ONE_SECOND_MS
const TRIES_AGAIN = 11
/** Names of locks between nodes. Any numbers, as long as every version of Usher takes the same. */
const ALONE = 1_970_365_810
const AGAIN = 1_970_365_811
/** Said each time, since something between us and the server may leave out what a connection is opened with. */
const BEGIN = 'begin isolation level serializable; set local synchronous_commit = on'
/** What a connection says between transactions. */
const IDLE = 'I'

const grammar: Grammar = {
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
}

const databaseOn = databases(grammar)

interface Options {
  readonly url: string
  readonly log: Log
}

/**
 * A PostgreSQL database, shared by any number of nodes. A unit is one serializable transaction, run again when it met
 * another one; everything else reads through connections that cannot write.
 */
export const postgresDatabase = ({ url, log }: Options): Database => {
  const readers = openPool({ url, log, settings: ['default_transaction_read_only=on'] })
  const writers = openPool({ url, log, settings: ['default_transaction_isolation=serializable', 'synchronous_commit=on'] })
  const names = statementNames()
  const gate = createGate()
  const read = databaseOn(reading(readers, names))
  const lane = createLane()
  let turn: Promise<unknown> = Promise.resolve()
  // Only one of this node waits for its turn among all nodes, so that the others keep their connections.
  const writeInTurn = <Result>(unit: Unit<Result>): Promise<Result> =>
    lane(() => {
      const written = withClient(writers, (client) => tryAgain(client, unit, names))
      turn = written.catch(() => undefined)
      return written
    })
  const write = async <Result>(unit: Unit<Result>): Promise<Result> => {
    // Newcomers let the one whose turn it is go first: it was overtaken already.
    await turn
    try {
      return await withClient(writers, (client) => inTransaction(client, unit, names))
    } catch (error) {
      if (!isConflict(error)) throw error
      return writeInTurn(unit)
    }
  }
  return {
    read,
    write: (unit) => gate.pass(() => write(unit)),
    prepared: preparedFor(read),
    alone: (unit) => gate.pass(() => withClient(writers, (client) => alone(client, unit, names))),
    isServed: () => false,
    isOnlyServer: false,
    isSound: () => true,
    close: once(async () => {
      await gate.close()
      await Promise.all([readers.end(), writers.end()])
    }),
  }
}

/** A statement that reads may simply run again. */
const reading = (pool: Pool, names: StatementNames): Execute => {
  const execute = statementsOn(pool, names)
  return async (query) => {
    try {
      return await execute(query).catch((error) => (isStalePlan(error) ? execute(query) : Promise.reject(error)))
    } catch (error) {
      throw asFailure(error)
    }
  }
}

interface PoolOptions {
  readonly url: string
  readonly log: Log
  readonly settings: readonly string[]
}

const openPool = ({ url, log, settings }: PoolOptions): Pool => {
  const all = [...settings, `statement_timeout=${STATEMENT_MS}`, `idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`]
  const { connectionString, options } = withoutOptions(url)
  const pool = new Pool({
    connectionString,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'usher',
    keepAlive: true,
    // The last one counts.
    options: [options, ...all.map((setting) => `-c ${setting}`)].join(' '),
    types: { getTypeParser: numbersAsNumbers },
  })
  // A connection that breaks while nobody uses it is replaced; without a listener it would end the process.
  pool.on('error', (error) => void (pool.ending || log.warn('database_connection_lost', { error })))
  // One that breaks between two statements of a unit tells the next statement too.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  return pool
}

/** What an address asks of the server (`?options=-c search_path=usher`), and the rest: the driver would take it in place of ours. */
const withoutOptions = (url: string): { readonly connectionString: string; readonly options: string } => {
  const address = new URL(url)
  const options = address.searchParams.get('options')
  if (options === null) return { connectionString: url, options: '' }
  address.searchParams.delete('options')
  return { connectionString: address.href, options }
}

const INT8 = 20
const NUMERIC = 1700

/** bigint, and with it `count` and `sum`, as numbers, as SQLite has them. Usher counts no further than 2^53. */
const numbersAsNumbers: NonNullable<PoolConfig['types']>['getTypeParser'] = (type, format) =>
  type === INT8 || type === NUMERIC ? Number : types.getTypeParser(type, format)

const asFailure = (error: unknown): unknown => (isUnavailable(error) ? new UsherError('storage_unavailable', { cause: error }) : error)

/** Whoever starts Usher is told why; an error of several addresses has a code and no sentence. */
const unreachable = (cause: unknown): UsherError => {
  const { code, message } = Object(cause)
  const why = [message, code].find((one) => typeof one === 'string' && one !== '') ?? 'no answer'
  return new UsherError('storage_unavailable', { cause, detail: { problem: `the database cannot be reached: ${why}` } })
}

const withClient = async <Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> => {
  const client = await pool.connect().catch((error: unknown) => Promise.reject(unreachable(error)))
  let isInDoubt = false
  try {
    return await work(client)
  } catch (error) {
    isInDoubt = isUnavailable(error)
    throw asFailure(error)
  } finally {
    // It is closed then, and the server lets go of what it had begun or locked.
    client.release(isInDoubt || client.getTransactionStatus() !== IDLE)
  }
}

const inTransaction = async <Result>(client: PoolClient, unit: Unit<Result>, names: StatementNames): Promise<Result> => {
  await client.query(BEGIN)
  const outcome = await runUnit(unit, { execute: oneAtATime(statementsOn(client, names)), databaseOn })
  if ('error' in outcome) {
    await client.query('rollback')
    throw outcome.error
  }
  const { command } = await client.query('commit')
  // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed.
  if (command !== 'COMMIT')
    throw new UsherError('storage_unavailable', { detail: { problem: `the database answered COMMIT with ${command}` } })
  return outcome.value
}

/**
 * After a conflict units run one at a time, on whichever node they are: among a crowd that wants the same row most would
 * meet each other again and again. Only units that run for the first time can still get in between.
 */
const tryAgain = <Result>(client: PoolClient, unit: Unit<Result>, names: StatementNames): Promise<Result> =>
  locked(client, AGAIN, () => untilDone(() => inTransaction(client, unit, names), TRIES_AGAIN))

const untilDone = async <Result>(attempt: () => Promise<Result>, tries: number): Promise<Result> => {
  try {
    return await attempt()
  } catch (error) {
    if (!isConflict(error)) throw error
    if (tries === 1) throw new UsherError('storage_unavailable', { cause: error })
  }
  return untilDone(attempt, tries - 1)
}

const alone = async <Result>(client: PoolClient, unit: Unit<Result>, names: StatementNames): Promise<Result> => {
  await client.query('set statement_timeout = 0')
  try {
    // Nobody else is alone, but units of nodes that run are under way.
    return await locked(client, ALONE, () => untilDone(() => inTransaction(client, unit, names), TRIES_AGAIN))
  } finally {
    await client.query(`set statement_timeout = ${STATEMENT_MS}`)
  }
}

/** The lock is there before the transaction begins, which therefore sees what the one before it wrote. */
const locked = async <Result>(client: PoolClient, lock: number, work: () => Promise<Result>): Promise<Result> => {
  await client.query(`select pg_advisory_lock(${lock})`)
  try {
    return await work()
  } finally {
    await client.query(`select pg_advisory_unlock(${lock})`)
  }
}
