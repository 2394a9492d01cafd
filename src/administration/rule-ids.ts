import type { Randomness } from '#kernel/randomness.ts'
import type { Rule } from '#kernel/rule.ts'

const ID_BYTES = 8

/** A new id for a rule or an action, in the form they have at Auth0. */
export const newRuleId =
  (randomness: Randomness) =>
  (kind: Rule['kind']): string =>
    `${kind === 'rule' ? 'rul' : 'act'}_${randomness.bytes(ID_BYTES).toString('hex')}`
