import type { Account } from '#kernel/account.ts'
import { type Clock, ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import { toUsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { User } from '#kernel/person.ts'
import type { ProvisioningTarget } from '#provisioning/target.ts'

/** Rows nobody needs any more; storage has this shape. */
export interface Leftovers {
  /** Deletes at most `limit` expired rows of each kind; how many there were. */
  readonly deleteExpired: (at: number, limit: number) => Promise<number>
}

/** Accounts whose time has come, the longest waiting first; storage has this shape. */
export interface DueAccounts {
  readonly due: (at: number, limit: number) => Promise<readonly { readonly account: Account; readonly user: User }[]>
}

export interface SweepParts {
  readonly leftovers: Leftovers
  readonly accounts: DueAccounts
  /** The target of an account; undefined when the settings know it no longer. */
  readonly target: (name: string) => Promise<ProvisioningTarget | undefined>
  readonly clock: Clock
  readonly log: Log
}

const BATCH = 500
const ACCOUNTS_AT_ONCE = 20
const ACCOUNTS_EVERY_MS = 15 * ONE_SECOND_MS
const LEFTOVERS_EVERY_MS = ONE_MINUTE_MS

/** What nobody waits for: finishes interrupted accounts, deletes what expired. Resolves when `signal` fires. */
export const sweep = async (parts: SweepParts, signal: AbortSignal): Promise<void> => {
  await Promise.all([
    every(ACCOUNTS_EVERY_MS, () => finishAccounts(parts), { parts, signal }),
    every(LEFTOVERS_EVERY_MS, () => deleteLeftovers(parts, signal), { parts, signal }),
  ])
}

const every = async (
  ms: number,
  work: () => Promise<void>,
  { parts, signal }: { readonly parts: SweepParts; readonly signal: AbortSignal },
): Promise<void> => {
  while (!signal.aborted) {
    await parts.clock.sleep(ms, signal).catch(() => undefined)
    if (signal.aborted) return
    await work().catch((error) => parts.log.error('sweep_failed', { error: toUsherError(error) }))
  }
}

/** Drives each due account one turn further; what it must wait for it writes into its row. */
export const finishAccounts = async ({ accounts, target, clock }: SweepParts): Promise<void> => {
  const due = await accounts.due(clock.now(), ACCOUNTS_AT_ONCE)
  for (const { account, user } of due) {
    const known = await target(account.target)
    await known?.ensure({ user, attributes: {}, reference: account.reference })
  }
}

/** In batches, so that no visit waits long behind a deletion. */
export const deleteLeftovers = async ({ leftovers, clock }: SweepParts, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted && (await leftovers.deleteExpired(clock.now(), BATCH)) >= BATCH) await clock.sleep(ONE_SECOND_MS, signal)
}
