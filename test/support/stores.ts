import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { after, type TestContext } from 'node:test'
import pg from 'pg'
import { Secret } from '../../src/kernel/secret.ts'
import { createSecrets } from '../../src/lib/secrets.ts'
import { postgresDatabase } from '../../src/storage/dialects/postgres.ts'
import { sqliteDatabase } from '../../src/storage/dialects/sqlite.ts'
import { openStorage, type Stores } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { StoresParts } from '../../src/storage/stores/stores.ts'
import { databases, type TestDatabase } from './databases.ts'
import { type Postgres, startPostgres } from './postgres.ts'

/** A database with its stores, and what only a test may do with it. */
export interface StoresUnderTest {
  readonly stores: Stores
  readonly address: string
  /** The stores of another node on the same database. */
  readonly another: (keyEncryptionKey?: Secret) => Promise<Stores>
  /** What stores are made of, for a test that puts something in between. */
  readonly parts: () => StoresParts
  /** Runs a statement past everything, as an intruder with the database would. Answers with its rows. */
  readonly sql: (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** A person everybody may refer to. */
  readonly addUser: (id: string) => Promise<void>
}

export type OpenStores = (t: TestContext) => Promise<StoresUnderTest>

export const AT = Date.parse('2026-03-02T09:00:00Z')

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const clock = { now: () => AT, sleep: async () => undefined }
const randomness = { bytes: randomBytes }

/** Runs the suite for every database; each test opens an empty one of its own. */
export const onEachDatabase = (suite: (name: TestDatabase['name'], open: OpenStores) => void): void => {
  for (const database of databases) {
    const makeAddress = database.name === 'postgres' ? onOneServer() : onFiles(database)
    if (!database.skip) suite(database.name, async (t) => openStores(t, await makeAddress(t)))
  }
}

type MakeAddress = (t: TestContext) => Promise<string>

const onFiles =
  (database: TestDatabase): MakeAddress =>
  async (t) => {
    const { address, close } = await database.open()
    t.after(close)
    return address
  }

/** A server takes longer to start than all tests of a file. */
const onOneServer = (): MakeAddress => {
  let server: Promise<Postgres> | undefined
  after(async () => (await server)?.close())
  return async () => {
    server ??= startPostgres()
    return (await server).createDatabase()
  }
}

const openStores = async (t: TestContext, address: string): Promise<StoresUnderTest> => {
  const ownKey = new Secret(randomBytes(32).toString('base64'))
  const another = async (keyEncryptionKey = ownKey): Promise<Stores> => {
    const opened = await openStorage({ database: address, keyEncryptionKey, role: 'command', clock, randomness, log: silent })
    t.after(opened.close)
    return opened.stores
  }
  const stores = await another()
  const parts = (): StoresParts => {
    const storage = openDatabase(address)
    t.after(storage.close)
    return { storage, sealer: createSecrets(ownKey, randomness), identityKey: ownKey, randomness }
  }
  const sql = (statement: string) => runSql(address, statement)
  const addUser = async (id: string) => {
    const columns = `insert into users (id, connection, issuer, subject, email_verified, blocked, created_at)`
    await sql(`${columns} values ('${id}', 'con_guests', 'https://id.example', '${id}', 0, 0, ${AT})`)
  }
  return { stores, address, another, parts, sql, addUser }
}

const openDatabase = (address: string): Storage =>
  address.startsWith('sqlite:')
    ? sqliteDatabase({ file: fileOf(address), isServer: false, clock })
    : postgresDatabase({ url: address, log: silent })

const fileOf = (address: string): string => address.slice('sqlite:'.length)

const runSql = async (address: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  if (address.startsWith('sqlite:')) {
    const database = new DatabaseSync(fileOf(address), { timeout: 5_000 })
    try {
      return database.prepare(statement).all()
    } finally {
      database.close()
    }
  }
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  try {
    // Of several statements the last one answers.
    const results = [await client.query(statement)].flat()
    return results.at(-1)?.rows ?? []
  } finally {
    await client.end()
  }
}

/** One store out of two nodes': each call goes to the other one. */
export const takingTurns = <Store extends object>(one: Store, other: Store): Store => {
  let calls = 0
  return new Proxy(one, {
    get: (_, name) => {
      calls += 1
      return Reflect.get(calls % 2 === 0 ? one : other, name)
    },
  })
}
