import { randomBytes } from 'node:crypto'
import { after, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { storageConformance } from '../../../test/conformance/storage.ts'
import { startPostgres, withoutPostgres } from '../../../test/support/postgres.ts'
import { postgresDatabase } from './postgres.ts'

const parts = {
  clock: { now: Date.now, sleep: (ms: number) => wait(ms) },
  randomness: { bytes: randomBytes },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
}

const server = withoutPostgres ? undefined : await startPostgres()
after(() => server?.close())

const open = async (t: TestContext) => {
  const url = (await server?.createDatabase()) ?? ''
  const opened: { readonly close: () => Promise<void> }[] = []
  t.after(() => Promise.all(opened.map((one) => one.close())))
  return async () => {
    const database = postgresDatabase({ ...parts, url })
    opened.push(database)
    return database
  }
}

if (server) storageConformance('postgres', open)
