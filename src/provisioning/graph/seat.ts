import type { Account } from '#kernel/account.ts'
import { adopt } from './adopt.ts'
import type { DirectoryUser } from './directory.ts'
import type { Reply } from './graph-client.ts'
import { ownHolder } from './holder.ts'
import { advance, noAttempts, setBack, type Step, waitForSeat, type Work } from './work.ts'

/** Reserves a seat before the directory is asked for anything that costs one. */
export const reserveSeat: Step = async (account, work) => {
  const reply = await work.shop.seats.reserve(account.userId, work.errand)
  if (!reply.ok) return setBack(account, work, reply.setback)
  const stage = account.stage === 'waiting' ? 'intent' : account.stage
  return reply.value === undefined
    ? withoutSeat(account, work)
    : advance(work, { stage, license: reply.value, attempts: noAttempts(account) })
}

/** Not the first time, so that a crowd that is turned away costs the directory nothing; then now and again. */
const LOOK_EVERY = 8

/** A person whose row was lost may well hold a seat in the directory already: then none has to be free. */
const seated = async (account: Account, work: Work): Promise<Reply<DirectoryUser | undefined>> => {
  if (account.attempts % LOOK_EVERY !== 1) return { ok: true, value: undefined }
  const reply = await ownHolder(account, work)
  if (!reply.ok) return reply
  const { licenses } = work.shop.settings
  const isSeated = reply.value?.assignedLicenses.some((held) => licenses.some(({ skuId }) => skuId === held.skuId)) === true
  return { ok: true, value: isSeated ? reply.value : undefined }
}

const withoutSeat = async (account: Account, work: Work): Promise<Account> => {
  const { seats } = work.shop
  const reply = await seated(account, work)
  if (!reply.ok) return setBack(account, work, reply.setback)
  if (reply.value !== undefined) return adopt(account, work, reply.value)
  const waiting = await waitForSeat(account, work)
  await seats.release(account.userId)
  return waiting
}
