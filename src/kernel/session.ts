import type { Authentication, ConnectionId, UserId } from './person.ts'

/** A browser that is remembered: who signed in there, how, and until when. */
export interface Session {
  readonly id: string
  readonly user: UserId
  readonly connection: ConnectionId
  readonly authentication: Authentication
  readonly createdAt: number
  readonly expiresAt: number
}
