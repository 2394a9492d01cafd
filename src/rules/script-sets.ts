import type { Job } from './isolation.ts'
import { isSetOf, type ScriptSet, scriptSetOf } from './script-set.ts'

/** What is in force, and what somebody tries out. */
const MOST = 2

/** The sets of scripts that have runners. */
export interface ScriptSets {
  /** The set a job's scripts are, from now on the newest. */
  readonly of: (job: Job) => ScriptSet
  readonly newest: () => ScriptSet | undefined
}

/** `dropped` hears of the oldest when there are too many. */
export const createScriptSets = (dropped: (set: ScriptSet) => void): ScriptSets => {
  const sets: ScriptSet[] = []
  return {
    of: (job) => {
      const newest = sets.at(-1)
      if (newest && isSetOf(newest, job)) return newest
      const known = sets.find((set) => isSetOf(set, job))
      if (known) sets.splice(sets.indexOf(known), 1)
      const set = known ?? scriptSetOf(job)
      sets.push(set)
      const oldest = sets.length > MOST ? sets.shift() : undefined
      if (oldest) dropped(oldest)
      return set
    },
    newest: () => sets.at(-1),
  }
}
