import { type Clock, ONE_MINUTE_MS } from '#kernel/clock.ts'
import type { Admitted, Ruled } from '#kernel/transaction.ts'

/** A result nobody came for is forgotten after this long. */
const FORGOTTEN_MS = 5 * ONE_MINUTE_MS

/** Where a sign-in goes on after its rules: to the account, or first to a site that a rule names. */
export type Decision =
  | { readonly kind: 'ruled'; readonly transaction: Ruled }
  | { readonly kind: 'elsewhere'; readonly transaction: Admitted; readonly location: string }

/** What came of the rules of one sign-in: where it goes on, or why it does not. */
export type RuleResult = { readonly kind: 'decided'; readonly decision: Decision } | { readonly kind: 'failed'; readonly error: unknown }

/** Whose rules, and whether for the second time, because a rule had sent the person elsewhere. */
type Turn = Pick<Admitted, 'id' | 'continued'>

const keyOf = ({ id, continued }: Turn): string => (continued ? `${id} again` : id)

export interface RuleRuns {
  /** This process, among all that share the transactions. */
  readonly owner: string
  /** Whether another process runs them: until their time is over, or not at all where there can be no other. */
  readonly isElsewhere: (transaction: Pick<Admitted, 'running'>) => boolean
  /** Starts the rules of a sign-in, or joins them when this process runs them already; they end whoever is watching. */
  readonly begin: (transaction: Turn, run: () => Promise<Decision>) => Promise<RuleResult>
  /** The run this process has for the sign-in, if any. */
  readonly find: (transaction: Turn) => Promise<RuleResult> | undefined
  /** A visit took the result along. */
  readonly forget: (transaction: Turn) => void
  /** Resolves when nothing runs any more. */
  readonly stop: () => Promise<void>
}

interface RuleRunsParts {
  readonly clock: Clock
  readonly owner: string
  /** Nobody else can be running any: what is said to be is what a dead process left. */
  readonly isOnlyServer: boolean
}

/** Rules that run in this process. */
export const createRuleRuns = ({ clock, owner, isOnlyServer }: RuleRunsParts): RuleRuns => {
  const runs = new Map<string, { readonly result: Promise<RuleResult>; readonly forgetAt: number }>()

  const forgetOld = (): void => {
    const now = clock.now()
    for (const [id, { forgetAt }] of runs) {
      if (forgetAt > now) return
      runs.delete(id)
    }
  }

  return {
    owner,
    isElsewhere: ({ running }) => !isOnlyServer && running !== undefined && running.owner !== owner && running.until > clock.now(),
    begin: (turn, run) => {
      forgetOld()
      const joined = runs.get(keyOf(turn))
      if (joined) return joined.result
      const result = run().then(
        (decision) => ({ kind: 'decided', decision }) as const,
        (error: unknown) => ({ kind: 'failed', error }) as const,
      )
      runs.set(keyOf(turn), { result, forgetAt: clock.now() + FORGOTTEN_MS })
      return result
    },
    find: (turn) => runs.get(keyOf(turn))?.result,
    forget: (turn) => void runs.delete(keyOf(turn)),
    stop: async () => void (await Promise.all([...runs.values()].map(({ result }) => result))),
  }
}
