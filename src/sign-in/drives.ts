import { type Clock, ONE_MINUTE_MS } from '#kernel/clock.ts'
import { toUsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { AccountProgress, Candidate, ProvisioningTarget } from '#provisioning/target.ts'
import type { People } from './books.ts'

/** Waits longer than this are left to the sweep and to the person's return. */
const LONGEST_NAP_MS = 2 * ONE_MINUTE_MS

/** Work on one account that goes on whoever is watching. */
export interface Drive {
  readonly settled: Promise<AccountProgress>
  /** How far it is; undefined until the first step came back. */
  readonly latest: () => AccountProgress | undefined
}

export interface Drives {
  /** Starts the work, or joins it when this process already does it. Visits watch; closing a tab stops nothing. */
  readonly begin: (target: ProvisioningTarget, candidate: Candidate) => Drive
  /** Wakes every nap; resolves when nothing runs any more. */
  readonly stop: () => Promise<void>
}

export interface DrivesParts {
  readonly people: Pick<People, 'standing'>
  readonly clock: Clock
  readonly log: Log
}

/** Accounts that are being worked on in this process. */
export const createDrives = ({ people, clock, log }: DrivesParts): Drives => {
  const running = new Map<string, Drive>()
  const stopping = new AbortController()

  /** Why nobody works on the account any more: its person may be switched off, or linked to another, while they wait. */
  const obstacle = async (target: ProvisioningTarget, { user }: Candidate): Promise<AccountProgress | undefined> => {
    const standing = await people.standing(user.id, target.name)
    if (!standing) return { kind: 'stopped', failure: 'identity_removed' }
    return standing.user.blocked ? { kind: 'stopped', failure: 'user_blocked' } : undefined
  }

  const run = async (target: ProvisioningTarget, candidate: Candidate, note: (progress: AccountProgress) => void) => {
    for (;;) {
      const progress = (await obstacle(target, candidate)) ?? (await target.ensure(candidate))
      note(progress)
      if (progress.kind !== 'pending') return progress
      const nap = progress.nextAt - clock.now()
      if (nap > LONGEST_NAP_MS || stopping.signal.aborted) return progress
      await clock.sleep(Math.max(nap, 1), stopping.signal).catch(() => undefined)
    }
  }

  return {
    begin(target, candidate) {
      const key = `${target.name} ${candidate.user.id}`
      const joined = running.get(key)
      if (joined) return joined
      let latest: AccountProgress | undefined
      const settled = run(target, candidate, (progress) => {
        latest = progress
      }).finally(() => running.delete(key))
      // Somebody may watch or not; either way a failure is logged and nothing is left unhandled.
      settled.catch((error) => {
        const failure = toUsherError(error)
        log.error('account_drive_failed', { user: candidate.user.id, reference: candidate.reference, error: failure })
      })
      const drive = { settled, latest: () => latest }
      running.set(key, drive)
      return drive
    },
    async stop() {
      stopping.abort()
      await Promise.allSettled([...running.values()].map((drive) => drive.settled))
    },
  }
}
