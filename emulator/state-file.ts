import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WorldState } from './world-state.ts'

/** Where a world is kept between runs. */
export interface StateFile {
  /** Undefined when there is no file yet; throws when it cannot be read. */
  readonly read: () => Promise<WorldState | undefined>
  /** Resolves when the state as it is at the call, or a later one, is on the disk. */
  readonly save: () => Promise<void>
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const replaceFile = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(path)
}

/** A JSON file that is replaced whole. Saves that come while one is being written share the next one. */
export const createStateFile = (path: string, state: () => WorldState): StateFile => {
  let writing: Promise<void> | undefined
  let next: Promise<void> | undefined
  const write = async (): Promise<void> => {
    await replaceFile(path, JSON.stringify(state()))
  }
  const start = (): Promise<void> => {
    const mine = write().finally(() => {
      if (writing === mine) writing = undefined
    })
    writing = mine
    return mine
  }
  return {
    read: async () => {
      try {
        // Our own file, written by `save` alone.
        return JSON.parse(await readFile(path, 'utf8')) as WorldState
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    save: () => {
      if (next !== undefined) return next
      if (writing === undefined) return start()
      next = writing
        .catch(() => undefined)
        .then(() => {
          next = undefined
          return start()
        })
      return next
    },
  }
}

/** A world that ends with its process. */
export const memoryOnly: StateFile = {
  read: () => Promise.resolve(undefined),
  save: () => Promise.resolve(),
}
