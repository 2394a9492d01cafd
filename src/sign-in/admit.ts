import { UsherError } from '#kernel/errors.ts'
import { calledName } from '#kernel/person.ts'
import type { User } from '#kernel/person.ts'
import type { Admission } from '#kernel/settings.ts'
import type { Admitted, Authenticated } from '#kernel/transaction.ts'
import { sessionFor } from './sessions.ts'
import { ask, connectionsOf, isOfDirectory, next, type Occasion, type Outcome, pagePath, type Step, startOver } from './step.ts'

/** Authenticated → admitted: the person means to be this user, and the relying party's policy lets them in. */
export const admit: Step<Authenticated> = async (transaction, occasion) => {
  const { question, fresh, ...answered } = transaction
  const { input } = occasion
  if (input?.kind === 'ways' || (input?.kind === 'account' && input.choice === 'switch')) return next(startOver(transaction))
  const isSomebodyElse = question !== undefined || (!fresh && isAnotherThanRemembered(transaction, occasion))
  if (isSomebodyElse && input?.kind !== 'account') return askWhoTheyAre(transaction, occasion)
  if (!connectionsOf(occasion).some(({ id }) => id === answered.connection))
    throw new UsherError('connection_unknown', { detail: { connection: answered.connection, reason: 'not usable any more' } })
  if (answered.user.blocked) throw new UsherError('user_blocked')
  assertAdmitted(occasion.relyingParty.admission, answered.user, isOfDirectory(answered, occasion))
  const admitted: Admitted = { ...answered, stage: 'admitted' }
  return next(admitted, transaction.silent ? undefined : sessionFor(answered, occasion.relyingParty, occasion.visit.at))
}

/** Another account at the provider than the one this browser is signed in with: never switched in silence. */
const isAnotherThanRemembered = ({ user, silent }: Authenticated, { visit }: Occasion): boolean =>
  !silent && visit.session !== undefined && visit.session.user !== user.id

const askWhoTheyAre = (transaction: Authenticated, { relyingParty }: Occasion): Outcome => {
  const expected = transaction.question?.expected
  return ask(transaction, {
    kind: 'page',
    status: 200,
    page: {
      name: 'confirm',
      service: relyingParty.name,
      who: transaction.user.email ?? calledName(transaction.user),
      action: pagePath(transaction.id, '/account'),
      ...(expected && { expected }),
    },
  })
}

/** Throws `not_admitted` or `email_unverified`; a directory's own people belong to the organization already. */
const assertAdmitted = (admission: Admission, user: User, fromDirectory: boolean): void => {
  // Where rules decide, they do when they ran.
  if (admission.policy === 'everyone' || admission.policy === 'rule' || fromDirectory) return
  if (!user.email) throw new UsherError('not_admitted')
  const email = user.email.toLowerCase()
  const domain = email.slice(email.lastIndexOf('@') + 1)
  const listed = admission.policy === 'domains' ? admission.domains.includes(domain) : admission.emails.includes(email)
  if (!listed) throw new UsherError('not_admitted')
  // Checked last, so that nobody learns what is on the list by claiming addresses.
  if (!user.emailVerified) throw new UsherError('email_unverified')
}
