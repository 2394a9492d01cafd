import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, withoutPostgres } from './postgres.ts'

export interface TestDatabase {
  readonly name: 'sqlite' | 'postgres'
  /** Why it is left out, or false. */
  readonly skip: string | false
  /** An empty one, with its address as the configuration writes it. */
  readonly open: () => Promise<{ readonly address: string; readonly close: () => Promise<void> }>
}

/** Every database Usher runs on. */
export const databases: readonly TestDatabase[] = [
  {
    name: 'sqlite',
    skip: false,
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'usher-sqlite-'))
      return {
        address: `sqlite:${join(folder, 'usher.db')}`,
        close: async () => rmSync(folder, { recursive: true, force: true }),
      }
    },
  },
  {
    name: 'postgres',
    skip: withoutPostgres,
    open: async () => {
      const { url, close } = await startPostgres()
      return { address: url, close }
    },
  },
]
