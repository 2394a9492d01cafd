import type { Account } from '#kernel/account.ts'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import type { AccountKey, AccountLease } from '../account-book.ts'
import type { Candidate } from '../target.ts'
import { TRY_LIMIT_MS } from './exchange.ts'
import { LeaseLost, type Work, type Workshop } from './work.ts'

/** No call to Graph outlives it; a driver that died is followed by another after this long. */
const LEASE_MS = 25 * ONE_SECOND_MS

/** What is done while nobody else does anything for the account. */
interface Drive<Result> {
  readonly shop: Workshop
  readonly owner: string
  readonly run: (account: Account, work: Work) => Promise<Result>
}

/** For whom, and what is known of them. */
export type Job = Pick<Work, 'candidate' | 'names' | 'wanted'>

/** Undefined when somebody else drives this account, or took it over meanwhile. */
export const underLease = async <Result>(account: Account, job: Job, { shop, owner, run }: Drive<Result>): Promise<Result | undefined> => {
  const leasedAt = shop.clock.now()
  const lease = await shop.accounts.lease(keyOf(account), owner, { at: leasedAt, ms: LEASE_MS })
  if (lease === undefined) return undefined
  const errand = { reference: job.candidate.reference, notAfter: leasedAt + LEASE_MS - TRY_LIMIT_MS }
  try {
    return await run(lease.account, { ...job, errand, shop, ...changes(lease, job.candidate, shop) })
  } catch (error) {
    if (error instanceof LeaseLost) return undefined
    throw error
  } finally {
    await shop.accounts.release({ ...keyOf(account), fence: lease.fence })
  }
}

const keyOf = ({ userId, target }: Account): AccountKey => ({ userId, target })

const changes = (lease: AccountLease, candidate: Candidate, shop: Workshop): Pick<Work, 'change' | 'rename'> => {
  const hold = { ...keyOf(lease.account), fence: lease.fence }
  const rename: Work['rename'] = (change) => shop.accounts.change(hold, change)
  const change: Work['change'] = async (values, happening) => {
    const { reference } = candidate
    const event = happening && { ...happening, at: shop.clock.now(), reference, user: hold.userId }
    const account = await shop.accounts.change(hold, { ...values, reference }, event)
    if (account === undefined) throw new LeaseLost()
    return account
  }
  return { change, rename }
}
