/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const BUSY = 5
const FULL = 13
const IO_FAILED = 10
const CORRUPT = 11
const NOT_A_DATABASE = 26

/** Of whatever SQLite said first, however often it was wrapped since. */
const primaryCode = (error: unknown): number => {
  if (!(error instanceof Error)) return 0
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return primaryCode(error.cause)
}

/** Somebody else holds a lock. */
export const isBusy = (error: unknown): boolean => primaryCode(error) === BUSY

/**
 * The file is not to be trusted any more. After a failed fsync the system may forget what it could not write and report
 * the next one done, so trying again would acknowledge what is lost.
 */
export const isBeyondRepair = (error: unknown): boolean => [IO_FAILED, CORRUPT, NOT_A_DATABASE].includes(primaryCode(error))

/** The database cannot work now: nothing is wrong with what it was asked. */
export const isUnavailable = (error: unknown): boolean => isBusy(error) || isBeyondRepair(error) || primaryCode(error) === FULL
