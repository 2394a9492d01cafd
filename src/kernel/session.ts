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
