import { DatabaseError } from 'pg'

/** The two transactions could not both have happened; one of them may simply run again. */
const CONFLICTS = ['40001', '40P01']

/** Out of resources, shutting down or starting, cancelled by a timeout, not (or no longer) the primary, or a failing disk. */
const UNAVAILABLE = /^(08|53|57|58|25006|25P03|55P03|XX001|XX002)/

const LOST = /^(Connection terminated|Client has encountered|Client was closed|timeout exceeded|Query read timeout)/

/** See PostgreSQL's appendix of error codes. */
const stateOf = (error: unknown): string | undefined => (error instanceof DatabaseError ? error.code : undefined)

export const isConflict = (error: unknown): boolean => CONFLICTS.includes(stateOf(error) ?? '') || isStalePlan(error)

/** Somebody changed the table under a statement that is kept prepared. */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '0A000' && error.message.startsWith('cached plan')

/** The database cannot be reached or cannot work now: nothing is wrong with what it was asked. */
export const isUnavailable = (error: unknown): boolean => UNAVAILABLE.test(stateOf(error) ?? '') || isBrokenConnection(error)

const isBrokenConnection = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof DatabaseError) && (('syscall' in error && 'code' in error) || LOST.test(error.message))
