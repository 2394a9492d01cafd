import type { MemberEnd } from './member.ts'
import type { Run } from './run.ts'
import type { Why } from './runner-child.ts'

/** Why a run that was in a runner when it ended has failed; undefined for one that may be tried once more: nobody has seen anything of it. */
export const failureOf = (run: Run, { ending, culprit }: MemberEnd): Why | 'unavailable' | undefined => {
  if (run.isSuspect && !ending.hadStarted) return 'unavailable'
  if (run === culprit || run.isSuspect) return ending.why
  return run.hasEffects ? 'crash' : undefined
}

/** The run, to be tried once more and alone. */
export const suspectOf = (run: Run): Run => {
  run.isSuspect = true
  run.entered = 0
  return run
}
