import {
  type Compilable,
  type CompiledQuery,
  createQueryId,
  type Kysely,
  type KyselyPlugin,
  PostgresQueryCompiler,
  type RootOperationNode,
  SqliteQueryCompiler,
} from 'kysely'
import type { Schema } from '../../src/storage/schema.ts'
import type { Prepared, Storage } from '../../src/storage/storage.ts'

/** What was sent to the database, and how often it was compiled. */
export interface Recorded {
  readonly sql: string
  readonly isPrepared: boolean
}

const compilers = { sqlite: SqliteQueryCompiler, postgres: PostgresQueryCompiler } as const

/** The same storage; every statement of it is also told to `note`. */
export const recordedStorage = (storage: Storage, dialect: keyof typeof compilers, note: (statement: Recorded) => void): Storage => {
  const compile = (node: RootOperationNode): CompiledQuery => new compilers[dialect]().compileQuery(node, createQueryId())
  const recorder: KyselyPlugin = {
    transformQuery: ({ node }) => {
      note({ sql: compile(node).sql, isPrepared: false })
      return node
    },
    transformResult: async ({ result }) => result,
  }
  return {
    ...storage,
    read: storage.read.withPlugin(recorder),
    write: (unit) => storage.write((tx) => unit(tx.withPlugin(recorder))),
    prepared: (build) => recordedStatement(storage, build, note),
  }
}

const recordedStatement = <Values extends object, Row>(
  storage: Storage,
  build: (db: Kysely<Schema>, values: Values) => Compilable<Row>,
  note: (statement: Recorded) => void,
): Prepared<Values, Row> => {
  let sql = ''
  const prepared = storage.prepared<Values, Row>((db, values) => {
    const statement = build(db, values)
    sql = statement.compile().sql
    return statement
  })
  const all: typeof prepared.all = async (db, values) => {
    const rows = await prepared.all(db.withoutPlugins(), values)
    note({ sql, isPrepared: true })
    return rows
  }
  return { all, first: async (db, values) => (await all(db, values))[0] }
}
