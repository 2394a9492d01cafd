import { type Clock, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { JobResult } from './isolation.ts'

/** A thousand runs are kept at most; a second that fills that alone tells nobody more. */
const NOTABLE_PER_SECOND = 50
const ORDINARY_PER_SECOND = 10

/**
 * Whether one more run is recorded. Where many people sign in at once a sample is: what went wrong or said something
 * goes before what simply passed.
 */
export const createKeeping = (clock: Pick<Clock, 'now'>): ((result: Pick<JobResult, 'kind' | 'console'>) => boolean) => {
  let second = 0
  let notable = 0
  let ordinary = 0
  return ({ kind, console }) => {
    const now = Math.floor(clock.now() / ONE_SECOND_MS)
    if (now !== second) {
      second = now
      notable = 0
      ordinary = 0
    }
    const isNotable = kind !== 'passed' || console.length > 0
    if (isNotable) notable += 1
    else ordinary += 1
    return isNotable ? notable <= NOTABLE_PER_SECOND : ordinary <= ORDINARY_PER_SECOND
  }
}
