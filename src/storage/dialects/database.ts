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

interface Built<Row> {
  readonly query: CompiledQuery<Row>
  readonly names: readonly string[]
}

/** See `Storage.prepared`. */
export const preparedFor =
  (db: Kysely<Schema>): Storage['prepared'] =>
  <Values extends object, Row>(build: (db: Kysely<Schema>, values: Values) => Compilable<Row>): Prepared<Values, Row> => {
    let built: Built<Row> | undefined
    const all = async (on: Kysely<Schema>, values: Values): Promise<readonly Row[]> => {
      built ??= buildOnce(db, build, values)
      const query = bound(built, values)
      const { rows } = await on.getExecutor().provideConnection((connection) => connection.executeQuery<Row>(query))
      return rows
    }
    return { all, first: async (on, values) => (await all(on, values))[0] }
  }

/** The first values show which names there are, so that `build` may also spread them into a row. */
const buildOnce = <Values extends object, Row>(
  db: Kysely<Schema>,
  build: (db: Kysely<Schema>, values: Values) => Compilable<Row>,
  values: Values,
): Built<Row> => {
  const names = Object.keys(values)
  const standIns = Object.fromEntries(names.map((name) => [name, new StandIn(name)]))
  // `build` only puts its values into the statement, so a stand-in does for a value of any type.
  return { query: build(db, standIns as Values).compile(), names }
}

const bound = <Row>({ query, names }: Built<Row>, values: object): CompiledQuery<Row> => {
  // A value more or less than at first would be left out without a word.
  if (Object.keys(values).length !== names.length) throw new TypeError(`a prepared statement takes ${names.join(', ')}`)
  return { ...query, parameters: query.parameters.map((one) => (one instanceof StandIn ? valueNamed(one.name, values) : one)) }
}

const valueNamed = (name: string, values: object): unknown => {
  const value: unknown = Reflect.get(values, name)
  if (value === undefined) throw new TypeError(`a prepared statement has no value for ${name}; what may be missing is null`)
  return value
}
