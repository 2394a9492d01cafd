import type { Member } from './member.ts'

/** A runner takes most of a second of a core to start: once a turn that is less than one sign-in in a hundred has to feel. */
const TURN_MS = 120_000

/**
 * Retires a runner in which a run went wrong: what that left behind must not meet the next one. Where many go wrong, as when a
 * host that a rule calls hangs, a runner started for each would cost everybody more than what is left; then one goes a turn.
 */
export const createRenewal = (now: () => number): ((member: Pick<Member, 'isTainted' | 'isRetired' | 'retire'>) => void) => {
  let last = -TURN_MS
  return (member) => {
    if (!member.isTainted() || member.isRetired() || now() - last < TURN_MS) return
    last = now()
    member.retire()
  }
}
