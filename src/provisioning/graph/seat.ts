import type { Account } from '#kernel/account.ts'
import { adopt } from './adopt.ts'
import { ownHolder } from './holder.ts'
import { advance, LONG_WAIT_MS, noAttempts, setBack, type Step, wait, type Work } from './work.ts'

/** Reserves a seat before the directory is asked for anything that costs one. */
export const reserveSeat: Step = async (account, work) => {
  const reply = await work.shop.seats.reserve(account.userId, work.errand)
  if (!reply.ok) return setBack(account, work, reply.setback)
  const stage = account.stage === 'waiting' ? 'intent' : account.stage
  return reply.value === undefined ? withoutSeat(account, work) : advance(work, { stage, license: reply.value, attempts: noAttempts(account) })
}

/** A person whose row was lost may well hold a seat in the directory already: then none has to be free. */
const withoutSeat = async (account: Account, work: Work): Promise<Account> => {
  const { seats, settings, clock } = work.shop
  const reply = await ownHolder(account, work)
  if (!reply.ok) return setBack(account, work, reply.setback)
  const isHolder = settings.licenses.some(({ skuId }) => reply.value?.assignedLicenses.some((license) => license.skuId === skuId))
  if (reply.value !== undefined && isHolder) return adopt(account, work, reply.value)
  const waiting = await wait(account, work, { failure: 'license_exhausted', until: clock.now() + LONG_WAIT_MS })
  await seats.release(account.userId)
  return waiting
}
