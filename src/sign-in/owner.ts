import { ONE_MINUTE_MS } from '#kernel/clock.ts'
import { allowsLinking } from '#kernel/linking.ts'
import type { UserRecord } from '#kernel/person.ts'
import type { Session } from '#kernel/session.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Standing } from './books.ts'
import { isKept, satisfies } from './sessions.ts'
import { connectionsOf, type Occasion, vouchesFor } from './step.ts'

/** How recent both sign-ins are when another identity is about to be added. */
export const FRESH = { maxAgeMs: 5 * ONE_MINUTE_MS } as const
/** The other sign-in and the confirmation take at most another ten minutes. */
const STILL_FRESH = { maxAgeMs: 15 * ONE_MINUTE_MS } as const

/** Who is signed in at this browser. */
export interface Owner {
  readonly standing: Standing
  readonly record: UserRecord
  /** Their session, by id. */
  readonly session: string
  /** Whether they proved who they are a moment ago. */
  readonly isFresh: boolean
  /** The same, for what was begun a moment ago. */
  readonly isStillFresh: boolean
  /** Whether their own connection and the one they came through let them have more than one identity. */
  readonly mayLink: boolean
  /** Whether a second factor is missing that one of their ways to sign in could have shown. */
  readonly lacksSecondFactor: boolean
}

export type Place = Pick<Occasion, 'visit' | 'settings' | 'relyingParty' | 'parts'>

/** Whoever the browser's session is of; undefined where there is none, or where it counts for nothing any more. */
export const ownerOf = async (place: Place): Promise<Owner | undefined> => {
  const { visit, parts, relyingParty } = place
  const { session } = visit
  const usable = connectionsOf(place)
  if (!session || !isKept(session, relyingParty, visit.at) || !usable.some((one) => vouchesFor(one, session))) return undefined
  const standing = await parts.books.people.standing(session.user, relyingParty.target)
  const record = await parts.books.records.find(session.user)
  if (!standing || !record || standing.user.blocked) return undefined
  return {
    standing,
    record,
    session: session.id,
    isFresh: satisfies(session.authentication, FRESH, visit.at),
    isStillFresh: satisfies(session.authentication, STILL_FRESH, visit.at),
    mayLink: allow(usable, session, standing),
    lacksSecondFactor: !session.authentication.secondFactor && canShowSecondFactor(usable, record),
  }
}

const canShowSecondFactor = (usable: readonly ConnectionSettings[], { identities }: UserRecord): boolean =>
  identities.some(({ identity }) => usable.some((one) => one.id === identity.connection && one.secondFactor))

const allow = (usable: readonly ConnectionSettings[], session: Session, { user }: Standing): boolean =>
  [session.connection, user.identity.connection].every((id) => usable.some((one) => one.id === id && allowsLinking(one)))
