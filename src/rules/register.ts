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
  readonly descriptor: number
  /** The script a run was at; undefined where nothing, or nothing credible, was written. */
  readonly scriptOf: (run: number) => number | undefined
  readonly close: () => void
}

export const openRegister = (): Register => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-'))
  const descriptor = openSync(join(folder, 'register'), 'wx+', 0o600)
  rmSync(folder, { recursive: true })
  return {
    descriptor,
    scriptOf: (run) => {
      const slot = Buffer.alloc(SLOT_BYTES)
      readSync(descriptor, slot, 0, SLOT_BYTES, (run % SLOTS) * SLOT_BYTES)
      return slot.readUInt32LE(0) === run ? slot.readUInt32LE(4) : undefined
    },
    close: () => closeSync(descriptor),
  }
}
