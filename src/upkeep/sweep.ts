import type { Account } from '#kernel/account.ts'
import { type Clock, ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import { toUsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { User } from '#kernel/person.ts'
import type { ProvisioningTarget } from '#provisioning/target.ts'
import { deleteOldEvents, type OldEvents } from './old-events.ts'

/** Rows nobody needs any more; storage has this shape. */
export interface Leftovers {
  /** Deletes at most `limit` expired rows of each kind; how many there were. */
  readonly deleteExpired: (at: number, limit: number) => Promise<number>
}

interface DueAccount {
  readonly account: Account
  readonly user: User
}

/** Accounts whose time has come, the longest waiting first, without the first `skip` of them; storage has this shape. */
export interface DueAccounts {
  readonly due: (at: number, limit: number, skip: number) => Promise<readonly DueAccount[]>
}

export interface SweepParts {
  readonly leftovers: Leftovers
  readonly oldEvents: OldEvents
  /** How long an event of the audit is kept. */
  readonly auditMaxAgeDays: () => Promise<number>
  readonly accounts: DueAccounts
  /** The target of an account; undefined when the settings know it no longer. */
  readonly target: (name: string) => Promise<ProvisioningTarget | undefined>
  readonly clock: Clock
  readonly log: Log
}

const BATCH = 500
/** More is deleted in a second than anybody who just asks and asks can make us keep in it. */
const BETWEEN_BATCHES_MS = 100
const ACCOUNTS_AT_ONCE = 20
const ACCOUNTS_EVERY_MS = 15 * ONE_SECOND_MS
const LEFTOVERS_EVERY_MS = ONE_MINUTE_MS

/** What nobody waits for: finishes interrupted accounts, deletes what expired. Resolves when `signal` fires. */
export const sweep = async (parts: SweepParts, signal: AbortSignal): Promise<void> => {
  const finishAccounts = accountRounds(parts, signal)
  await Promise.all([
    every(ACCOUNTS_EVERY_MS, finishAccounts, { parts, signal }),
    every(LEFTOVERS_EVERY_MS, () => deleteLeftovers(parts, signal), { parts, signal }),
    every(LEFTOVERS_EVERY_MS, () => deleteOldEvents(parts, signal), { parts, signal }),
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

/**
 * A round drives some of the due accounts one turn further; what they must wait for they write into their rows. Those that
 * cannot be driven stay the longest waiting: the next rounds go past them, until all had their turn.
 */
export const accountRounds = (parts: SweepParts, signal: AbortSignal): (() => Promise<void>) => {
  let left = 0
  return async () => {
    const due = await parts.accounts.due(parts.clock.now(), ACCOUNTS_AT_ONCE, left)
    for (const one of due) {
      // A slow directory must not hold up the end of the process: who is left is due at the next start.
      if (signal.aborted) return
      left += (await isDriven(one, parts)) ? 0 : 1
    }
    if (due.length < ACCOUNTS_AT_ONCE) left = 0
  }
}

/** False when nothing could be done for it, and nothing was. */
const isDriven = async ({ account, user }: DueAccount, { target, log }: SweepParts): Promise<boolean> => {
  const { reference } = account
  try {
    const known = await target(account.target)
    await known?.ensure({ user, attributes: {}, reference })
    return known !== undefined
  } catch (error) {
    log.error('account_drive_failed', { user: user.id, reference, error: toUsherError(error) })
    return false
  }
}

/** In batches, so that no visit waits long behind a deletion. */
export const deleteLeftovers = async (
  { leftovers, clock }: Pick<SweepParts, 'leftovers' | 'clock'>,
  signal: AbortSignal,
): Promise<void> => {
  // Whoever stops cuts the pause short, and that is no failure.
  const pause = () => clock.sleep(BETWEEN_BATCHES_MS, signal).catch(() => undefined)
  while (!signal.aborted && (await leftovers.deleteExpired(clock.now(), BATCH)) >= BATCH) await pause()
}
