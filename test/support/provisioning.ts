import type { Clock } from '../../src/kernel/clock.ts'
import type { User } from '../../src/kernel/person.ts'
import type { AccountProgress, Candidate, ProvisioningTarget } from '../../src/provisioning/target.ts'

export const STANDARD = 'f245ecc8-75af-4f8e-b61f-27d8114de5f3'
export const BASIC = '3b555118-da6a-4418-894f-7df1e2096870'
export const TARGET = 'contoso'

export const candidate = (user: User, more: Partial<Candidate> = {}): Candidate => ({
  user,
  attributes: {},
  reference: `visit-of-${user.id}`,
  ...more,
})

/** Lets the target work until it has nothing more to wait for, or would wait longer than `patienceMs`. */
export const drive = async (
  target: ProvisioningTarget,
  who: Candidate,
  { clock, patienceMs = 600_000 }: { readonly clock: Clock; readonly patienceMs?: number },
): Promise<AccountProgress> => {
  const until = clock.now() + patienceMs
  for (;;) {
    const progress = await target.ensure(who)
    if (progress.kind !== 'pending' || progress.nextAt > until) return progress
    await clock.sleep(Math.max(1, progress.nextAt - clock.now()))
  }
}
