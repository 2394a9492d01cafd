import type { Account } from '#kernel/account.ts'
import type { JsonObject } from '#kernel/json.ts'
import { underLease } from './lease.ts'
import { type Applicant, accountOf, driveFor, isOwn, LOOK_AGAIN_MS, type RuleBench, standingOf } from './rule-bench.ts'
import {
  type Answered,
  badRequest,
  denied,
  no,
  noSeats,
  notFound,
  type Refusal,
  refusalOfAccount,
  refusalOfSetback,
  yes,
} from './rule-refusal.ts'
import { drawnUser, seenUser, withLicense } from './rule-view.ts'
import type { Work } from './work.ts'

export interface LicenseOrder {
  /** Object id or user principal name. */
  readonly key: string
  readonly skuId: string
}

const LICENSE_PATIENCE_MS = 3_000
const PERSON = /^[0-9a-f-]{36}$|@/i

/** Gives the rule's own person a license of the target's list: the seat is reserved first, as for everybody. */
export const licenseForRule = async (order: LicenseOrder, who: Applicant, bench: RuleBench): Promise<Answered<JsonObject>> => {
  const account = await accountOf(who, bench)
  const isTheirs = account?.objectId !== undefined && (await isOwn(order.key, account, bench))
  if (account === undefined || !isTheirs) return no(PERSON.test(order.key) ? denied : notFound(order.key))
  if (account.madeElsewhere || account.origin === 'directory') return no(denied)
  const skuId = order.skuId.toLowerCase()
  const { settings } = bench.shop
  if (!settings.licenses.some((license) => license.skuId === skuId)) {
    who.note(`License ${skuId} is none of the target's: an administrator adds it to the licenses of target "${settings.name}".`)
    return no(badRequest(`License ${skuId} does not correspond to a valid company License.`))
  }
  return give(account, skuId, { bench, who, job: { candidate: who, names: bench.namesOf(who) } })
}

const give = async (account: Account, skuId: string, seating: Seating): Promise<Answered<JsonObject>> => {
  const { bench, who, job } = seating
  const seated = await seat(account, skuId, seating)
  if (!seated.ok) return seated
  const licensed = await driveFor(seated.value, job, { isReached: isLicensed, patienceMs: LICENSE_PATIENCE_MS }, bench)
  if (isLicensed(licensed)) {
    // It may have turned out to have another one already.
    const settled = settledSeat(licensed, skuId, who)
    return settled?.ok === false ? settled : yes(await asSeen(licensed, skuId, seating))
  }
  if (licensed.reason === undefined) {
    who.note('The seat is reserved. The license follows as soon as the directory knows the person.')
    return yes(await asSeen(licensed, skuId, seating))
  }
  who.note(standingOf(licensed))
  return no(refusalOfAccount(licensed, skuId, bench.shop.clock.now()))
}

/** Also while the sign-in service is given its time: that begins only when the license was seen. */
const isLicensed = ({ stage, settleUntil }: Account): boolean => stage === 'licensed' || stage === 'ready' || settleUntil !== undefined

interface Seating {
  readonly bench: RuleBench
  readonly job: { readonly candidate: Applicant; readonly names: Work['names'] }
  readonly who: Applicant
}

/** The row with a seat of this very license. One account has one license of the list. */
const seat = async (account: Account, skuId: string, { bench, job, who }: Seating): Promise<Answered<Account>> => {
  const { shop, owner } = bench
  const until = shop.clock.now() + LICENSE_PATIENCE_MS
  const run = (begun: Account, work: Work) => reserve(begun, skuId, work)
  for (let current = account; ; current = (await accountOf(who, bench)) ?? current) {
    const settled = settledSeat(current, skuId, who)
    if (settled !== undefined) return settled
    const answered = await underLease(current, job, { shop, owner, run })
    if (answered !== undefined) return answered
    if (shop.clock.now() > until) return no(workedOn)
    await shop.clock.sleep(LOOK_AGAIN_MS)
  }
}

/** Undefined while the seat of this license is still to be reserved. */
const settledSeat = (account: Account, skuId: string, { note }: Applicant): Answered<Account> | undefined => {
  if (account.license === skuId) return yes(account)
  if (!isLicensed(account) || account.license === undefined) return undefined
  note(`The account has license ${account.license} already, and Usher gives everybody one.`)
  return no(badRequest('License assignment failed: the account has another license of the list.'))
}

const workedOn: Refusal = { status: 503, code: 'Service_Unavailable', message: 'The account is being worked on.', retryAfterSeconds: 1 }

/** Whether a try to give the license that is reserved may have worked although its answer was lost. */
const mayBeGiven = ({ stage, license, reason }: Account): boolean =>
  license !== undefined && reason !== undefined && (stage === 'created' || stage === 'waiting')

const reserve = async (account: Account, skuId: string, work: Work): Promise<Answered<Account>> => {
  const { seats, clock } = work.shop
  // Somebody decided so: nothing is changed, and no seat waits for a person who may never come.
  if (account.stage === 'stopped') return no(refusalOfAccount(account, skuId, clock.now()))
  if (mayBeGiven(account)) return no(workedOn)
  // First: a row must never name a license that the book does not know.
  if (account.license !== undefined) await work.change({ license: undefined })
  const reply = await seats.reserve(work.candidate.user.id, work.errand, skuId)
  if (!reply.ok) return no(refusalOfSetback(reply.setback, skuId, clock.now()))
  if (reply.value === undefined) return no(noSeats(skuId))
  const again = isLicensed(account) && ({ stage: 'created', settleUntil: undefined } as const)
  return yes(await work.change({ ...again, license: skuId, nextAttemptAt: clock.now() }))
}

const asSeen = async (account: Account, skuId: string, { who, bench }: Seating): Promise<JsonObject> =>
  withLicense((await seenUser(account, who, bench)) ?? drawnUser(account), skuId)
