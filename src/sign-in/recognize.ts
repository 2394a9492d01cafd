import { UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Authenticated, Routed } from '#kernel/transaction.ts'
import { expectation } from './choose-connection.ts'
import { directorySubject } from './directory-subject.ts'
import { userOf } from './link-by-address.ts'
import { claimed } from './link-claim.ts'
import { profileRoot } from './profile-root.ts'
import { satisfiesSecondFactor } from './sessions.ts'
import { next, type Occasion, type Outcome } from './step.ts'

/** A sign-in at the connection it was routed to. */
export interface Going {
  readonly transaction: Routed
  readonly occasion: Occasion
}

/** What a connection said about a person → the user they are here. Throws `second_factor_required`, `subject_invalid`. */
export const recognized = async (profile: Profile, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  const { visit, parts } = occasion
  if (!satisfiesSecondFactor(profile.authentication, transaction.request.freshness, visit.at))
    throw new UsherError('second_factor_required', { detail: { connection: settings.name } })
  const identity = { connection: settings.id, issuer: profile.issuer, subject: profile.subject }
  const directory = settings.directory && directorySubject(profile, settings.directory)
  const { root, standIn } = profileRoot(profile)
  const arriving = { identity, said: profile, connection: settings, root, reference: transaction.request.correlation, at: visit.at }
  if (transaction.request.own?.wants === 'claim') return claimed(transaction, transaction.request.own.user, { profile, settings, arriving })
  const user = await userOf({ profile, settings, arriving }, occasion)
  await parts.books.records.signedIn({ user, identity, connection: settings, root, standIn, ip: visit.ip, at: visit.at })
  const { stage: _stage, leg: _leg, hint: _hint, typesPassword: _types, ...base } = transaction
  const standing = await parts.books.people.standing(user.id, occasion.relyingParty.target)
  const principal = standing?.subject?.userPrincipalName
  const authenticated: Authenticated = {
    ...base,
    stage: 'authenticated',
    identity,
    user,
    authentication: profile.authentication,
    silent: false,
    attributes: profile.attributes,
    ...(directory && { directory }),
    ...(!transaction.fresh && (await expectation(transaction, user.id, principal, occasion))),
  }
  return next(authenticated)
}
