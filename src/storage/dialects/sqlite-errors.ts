/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const BUSY = 5
const IO_FAILED = 10
const CORRUPT = 11
const NOT_A_DATABASE = 26
const READ_ONLY = 8

const primaryCode = (error: unknown): number =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0

/** Somebody else holds a lock. */
export const isBusy = (error: unknown): boolean => primaryCode(error) === BUSY

/**
 * The file is not to be trusted any more. After a failed fsync the system may forget what it could not write and report
 * the next one done, so trying again would acknowledge what is lost.
 */
export const isBeyondRepair = (error: unknown): boolean => [IO_FAILED, CORRUPT, NOT_A_DATABASE].includes(primaryCode(error))

/** The statement tried to write where only reading is allowed. */
export const isReadOnly = (error: unknown): boolean => primaryCode(error) === READ_ONLY
