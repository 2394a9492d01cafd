import type { Authentication, ConnectionId, Identity, UserId } from './person.ts'

/** A browser that is remembered: who signed in there, how, and until when. */
export interface Session {
  readonly id: string
  readonly user: UserId
  readonly connection: ConnectionId
  /** Which of the user's identities it was; missing in what an earlier version wrote. */
  readonly identity?: Identity
  readonly authentication: Authentication
  readonly createdAt: number
  readonly expiresAt: number
}

/** A session as its administrator may know it: nothing that opens it. */
export interface KeptSession extends Omit<Session, 'identity'> {
  /** When a token was last issued for it; when it began where none was. */
  readonly lastSeenAt: number
  /** Where that token was fetched from. */
  readonly address?: string
}

/** Where a session stands in a list of them. */
export type SessionPlace = Pick<KeptSession, 'id' | 'expiresAt'>

/** Whose sessions end: the one of this id, those of a user, all there are. */
export type Whose = { readonly session: string } | { readonly user: UserId } | 'everybody'

/** By whom and when, for the audit. */
export interface Ending {
  readonly by: string
  readonly reference: string
  readonly at: number
}
