import type { Account } from '#kernel/account.ts'
import { ownHolder } from './holder.ts'
import { adopt } from './adopt.ts'
import { advance, LONG_WAIT_MS, setBack, type Step, wait, type Work } from './work.ts'

/** Reserves a seat before the directory is asked for anything that costs one. */
export const reserveSeat: Step = async (account, work) => {
  const { seats } = work.shop
  // A crash may have left a reservation the row does not know; it must not hide which license this one is for.
  if (!work.isNew) await seats.release(account.userId)
  const reply = await seats.reserve(account.userId, work.candidate.reference)
  if (!reply.ok) return setBack(account, work, reply.setback)
  const stage = account.stage === 'waiting' ? 'intent' : account.stage
  return reply.value === undefined ? withoutSeat(account, work) : advance(work, { stage, license: reply.value })
}

/** A person whose row was lost may well hold a seat in the directory already: then none has to be free. */
const withoutSeat = async (account: Account, work: Work): Promise<Account> => {
  const reply = work.isNew ? await ownHolder(account, work) : undefined
  if (reply?.ok && reply.value?.assignedLicenses.length) return adopt(account, work, reply.value)
  return wait(account, work, { failure: 'license_exhausted', until: work.shop.clock.now() + LONG_WAIT_MS })
}
