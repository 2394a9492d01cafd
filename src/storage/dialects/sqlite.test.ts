import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { storageConformance } from '../../../test/conformance/storage.ts'
import { sqliteDatabase } from './sqlite.ts'

const clock = { now: Date.now, sleep: (ms: number) => wait(ms) }

const open = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-sqlite-'))
  const opened: { readonly close: () => Promise<void> }[] = []
  t.after(async () => {
    for (const one of opened) await one.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return async () => {
    const database = sqliteDatabase({ file: join(folder, 'usher.db'), role: 'command', clock })
    opened.push(database)
    return database
  }
}

storageConformance('sqlite', open)
