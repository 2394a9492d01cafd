import { ONE_MINUTE_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Subject } from '#kernel/account.ts'
import type { Ruled } from '#kernel/transaction.ts'
import type { AccountProgress, Candidate } from '#provisioning/target.ts'
import type { Drive } from './drives.ts'
import { sessionFor } from './sessions.ts'
import { soon } from './soon.ts'
import { ask, next, type Occasion, type Outcome, pagePath, type Step } from './step.ts'

const THIRTY_MINUTES_MS = 30 * ONE_MINUTE_MS
const FIVE_MINUTES_MS = 5 * ONE_MINUTE_MS

/** Ruled → provisioned: waits for the account, which is worked on whoever is watching. */
export const provision: Step<Ruled> = async (transaction, occasion) => {
  const { isAnotherUser, ...ruled } = transaction
  const outcome = await provided(ruled, occasion)
  if (!isAnotherUser || outcome.kind === 'overtaken') return outcome
  const session = sessionFor(ruled, occasion.relyingParty, occasion.visit.at)
  if (!session) return outcome
  return outcome.kind === 'next' ? { ...outcome, session } : { ...outcome, answer: { ...outcome.answer, session } }
}

const provided = async (transaction: Ruled, occasion: Occasion): Promise<Outcome> => {
  if (transaction.directory) return provisioned(transaction, await recordDirectory(transaction, occasion))
  const standing = transaction.standing ?? (await occasion.parts.books.people.standing(transaction.user.id, occasion.relyingParty.target))
  if (standing?.subject && hasArrived(standing.unprovenTokenAt, transaction.request.arrivedAt)) {
    const isNew = standing.unprovenTokenAt === undefined
    if (!transaction.silent && !isNew) await assertStillThere(transaction, occasion)
    return provisioned({ ...transaction, standing }, standing.subject)
  }
  const drive = beginDrive(transaction, occasion)
  return outcomeOf(await soon(drive.settled, occasion.parts.clock), transaction, occasion)
}

/** Whoever proves who they are anew is told when their account was taken away, instead of being sent to a closed door. */
const assertStillThere = async (transaction: Ruled, occasion: Occasion): Promise<void> => {
  const { parts, settings, relyingParty } = occasion
  const looking = parts.target(settings, relyingParty.target).verify(candidateOf(transaction))
  // A directory that answers late keeps nobody out who was let in before; the row is stopped all the same.
  const failure = await soon(looking, parts.clock)
  if (failure) throw new UsherError(failure)
}

/** Starts or joins the work on the account of this sign-in. */
export const beginDrive = (transaction: Ruled, { parts, settings, relyingParty }: Occasion): Drive =>
  parts.drives.begin(parts.target(settings, relyingParty.target), candidateOf(transaction))

const candidateOf = ({ user, attributes, request }: Ruled): Candidate => ({
  user,
  attributes,
  reference: request.correlation,
  arrivedAt: request.arrivedAt,
})

/** Somebody who is back within five minutes of a first token has probably not been let in with it. */
const hasArrived = (unprovenTokenAt: number | undefined, arrivedAt: number): boolean =>
  unprovenTokenAt === undefined || arrivedAt < unprovenTokenAt || arrivedAt - unprovenTokenAt > FIVE_MINUTES_MS

const recordDirectory = ({ user, directory, request }: Ruled, { parts, relyingParty, visit }: Occasion): Promise<Subject> => {
  if (!directory) throw new UsherError('internal_error')
  return parts.books.directory.record({
    userId: user.id,
    target: relyingParty.target,
    directory,
    reference: request.correlation,
    at: visit.at,
  })
}

const provisioned = (transaction: Ruled, subject: Subject): Outcome => next({ ...transaction, stage: 'provisioned', subject })

const outcomeOf = (progress: AccountProgress | undefined, transaction: Ruled, occasion: Occasion): Outcome => {
  if (progress?.kind === 'ready') return provisioned(transaction, progress.subject)
  if (progress?.kind === 'stopped') throw new UsherError(progress.failure)
  const waiting: Ruled = { ...transaction, expiresAt: Math.max(transaction.expiresAt, occasion.visit.at + THIRTY_MINUTES_MS) }
  if (!progress) return ask(waiting, { kind: 'wait', transaction: transaction.id })
  return ask(waiting, {
    kind: 'page',
    status: 503,
    page: {
      name: 'waiting',
      failure: progress.reason ?? 'target_timeout',
      reference: transaction.request.correlation,
      again: pagePath(transaction.id),
    },
  })
}
