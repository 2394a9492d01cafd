import { hash } from 'node:crypto'
import { type Clock, ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Principal, PrincipalOf } from './principal.ts'
import { ruleScopes } from './scopes.ts'

export interface RuleTokens {
  /** A token for one run; it may read and update users. */
  readonly issue: (caller: { readonly reference: string }) => string
  /** The run is over: what it began may still finish, for five seconds. */
  readonly revoke: (token: string) => void
  readonly principal: PrincipalOf
}

const TOKEN_BYTES = 32
const GRACE_MS = 5 * ONE_SECOND_MS
const LOOK_EVERY_MS = ONE_SECOND_MS
/** No run takes this long; a token that nobody took back ends then. */
const LONGEST_RUN_MS = 5 * ONE_MINUTE_MS

const hashOf = (token: string): string => hash('sha256', token, 'base64url')

/** Tokens for scripts, in this process alone: a script runs where its token was made. */
export const ruleTokens = ({ randomness, clock }: { readonly randomness: Randomness; readonly clock: Pick<Clock, 'now'> }): RuleTokens => {
  // Each lies in the order its tokens end, so that looking for those that ended stops at the first that did not. What was
  // deleted at the front of a Map is walked over once more each time, so that nobody looks at every token.
  const running = new Map<string, Given>()
  const ending = new Map<string, Given>()
  let lookedAt = 0
  const forgetEnded = (now: number): void => {
    if (now - lookedAt < LOOK_EVERY_MS) return
    lookedAt = now
    for (const some of [running, ending]) forgetFrom(some, now)
  }
  return {
    issue: ({ reference }) => {
      forgetEnded(clock.now())
      const token = `usher_rule_${randomness.bytes(TOKEN_BYTES).toString('base64url')}`
      const principal = { name: `rule ${reference}`, scopes: ruleScopes, reference }
      running.set(hashOf(token), { principal, until: clock.now() + LONGEST_RUN_MS })
      return token
    },
    revoke: (token) => {
      const key = hashOf(token)
      const known = running.get(key)
      running.delete(key)
      if (known) ending.set(key, { ...known, until: Math.min(known.until, clock.now() + GRACE_MS) })
    },
    principal: async (token) => {
      const key = hashOf(token)
      const known = running.get(key) ?? ending.get(key)
      return known && known.until > clock.now() ? known.principal : undefined
    },
  }
}

interface Given {
  readonly principal: Principal
  readonly until: number
}

const forgetFrom = (given: Map<string, Given>, now: number): void => {
  for (const [key, { until }] of given) {
    if (until > now) return
    given.delete(key)
  }
}
