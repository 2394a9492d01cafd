import { type CompiledQuery, type Compilable, DummyDriver, type Dialect, Kysely, type QueryResult } from 'kysely'
import type { Schema } from '../schema.ts'
import type { Prepared, Storage } from '../storage.ts'

/** How statements are written; everything of a dialect but its driver. */
export type Grammar = Omit<Dialect, 'createDriver'>

/** Runs one statement somewhere. */
export type Execute = (query: CompiledQuery) => Promise<QueryResult<unknown>>

/** Makes databases for the query builder out of anything that runs a statement; cheap enough to make one for each unit. */
export const databases = (grammar: Grammar): ((execute: Execute) => Kysely<Schema>) => {
  const driver = new DummyDriver()
  const dialect: Dialect = { ...grammar, createDriver: () => driver }
  const config = { dialect }
  const base = new Kysely<Schema>(config).getExecutor()
  return (execute) => {
    const connection = {
      // Rows come as whoever built the statement typed them.
      executeQuery: <Row>(query: CompiledQuery) => execute(query) as Promise<QueryResult<Row>>,
      streamQuery: refuseStream,
    }
    const provider = { provideConnection: <T>(consumer: (to: typeof connection) => Promise<T>) => consumer(connection) }
    return new Kysely<Schema>({ config, dialect, driver, executor: base.withConnectionProvider(provider) })
  }
}

const refuseStream = (): never => {
  throw new Error('statements are not streamed')
}

/** Stands for a value while a prepared statement is built. */
class StandIn {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** See `Storage.prepared`. */
export const preparedFor = (db: Kysely<Schema>): Storage['prepared'] => {
  const standIns = new Proxy({}, { get: (_target, name) => new StandIn(String(name)) })
  return <Values extends object, Row>(build: (db: Kysely<Schema>, values: Values) => Compilable<Row>): Prepared<Values, Row> => {
    let compiled: CompiledQuery<Row> | undefined
    const all = async (on: Kysely<Schema>, values: Values): Promise<readonly Row[]> => {
      // `build` only puts its values into the statement, so a stand-in does for a value of any type.
      compiled ??= build(db, standIns as Values).compile()
      const query: CompiledQuery<Row> = { ...compiled, parameters: compiled.parameters.map((one) => valueOf(one, values)) }
      const { rows } = await on.getExecutor().provideConnection((connection) => connection.executeQuery<Row>(query))
      return rows
    }
    return { all, first: async (on, values) => (await all(on, values))[0] }
  }
}

const valueOf = (parameter: unknown, values: object): unknown => {
  if (!(parameter instanceof StandIn)) return parameter
  // A value that was left out would be bound as nothing at all: say which.
  const value: unknown = Reflect.get(values, parameter.name)
  if (value === undefined) throw new TypeError(`the prepared statement has no value for ${parameter.name}`)
  return value
}
