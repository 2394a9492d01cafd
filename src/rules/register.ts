import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs that can be told apart at a time. */
export const SLOTS = 512
const SLOT_BYTES = 8

/**
 * Where a runner writes down which script each run has come to: a small file without a name that is open on both sides.
 * Usher reads it only when a runner has ended, so that a script that never returns is known and the others cost nothing.
 */
export interface Register {
  readonly descriptor: number | 'ignore'
  /** The script a run was at; undefined where nothing, or nothing credible, was written. */
  readonly scriptOf: (run: number) => number | undefined
  readonly close: () => void
}

/** Where no folder can be written to, a script that never returns stays unnamed, and all else is as it is. */
export const openRegister = (folders: readonly string[] = [tmpdir(), '/dev/shm']): Register => {
  for (const folder of folders) {
    const descriptor = namelessFile(folder)
    if (descriptor !== undefined) return registerIn(descriptor)
  }
  return { descriptor: 'ignore', scriptOf: () => undefined, close: () => undefined }
}

const namelessFile = (parent: string): number | undefined => {
  try {
    const folder = mkdtempSync(join(parent, 'usher-'))
    const descriptor = openSync(join(folder, 'register'), 'wx+', 0o600)
    rmSync(folder, { recursive: true })
    return descriptor
  } catch {
    return undefined
  }
}

const registerIn = (descriptor: number): Register => ({
  descriptor,
  scriptOf: (run) => {
    const slot = Buffer.alloc(SLOT_BYTES)
    readSync(descriptor, slot, 0, SLOT_BYTES, (run % SLOTS) * SLOT_BYTES)
    return slot.readUInt32LE(0) === run ? slot.readUInt32LE(4) : undefined
  },
  close: () => closeSync(descriptor),
})
