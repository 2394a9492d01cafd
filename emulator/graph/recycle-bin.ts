import type { DirectoryView } from '../world.ts'
import type { DirectoryUser } from '../world-state.ts'

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60_000

/** Soft-deleted people who can still be restored: 30 days, then they are gone. `now` in milliseconds. */
export const recycleBin = (view: DirectoryView, now: number): readonly DirectoryUser[] =>
  view.deleted().filter((user) => Date.parse(user.deletedDateTime ?? '') + THIRTY_DAYS_MS > now)
