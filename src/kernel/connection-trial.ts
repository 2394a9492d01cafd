import type { FailureCode, FailureDetail } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { DirectorySubject, Profile } from './person.ts'
import type { ConnectionSettings } from './settings.ts'
import type { BrowserId, Leg } from './transaction.ts'

/** What a test of a connection read about whoever took it. Nobody is made or signed in by it. */
export interface TrialReading {
  /** What the connection said. */
  readonly profile: Profile
  /** What rules would find in `user`. */
  readonly user: JsonObject
  /** Only of a directory: the subject a token would be about. */
  readonly subject?: DirectorySubject
}

/** How a test ended. */
export type TrialOutcome =
  | { readonly kind: 'proven'; readonly reading: TrialReading }
  /** The connection answered, and said that user name or password are wrong. */
  | { readonly kind: 'wrong' }
  | FailedTrial

export interface FailedTrial {
  readonly kind: 'failed'
  readonly failure: FailureCode
  /** Where the log has more; the page in the browser shows it, too. */
  readonly reference: string
  /** For administrators: what happened, without secrets. */
  readonly detail: FailureDetail
  readonly cause?: string
  /** Set when somebody was known and only the subject does not hold. */
  readonly reading?: TrialReading
}

interface TrialBase {
  /** Opens it, once, and finds its outcome. Unguessable. */
  readonly id: string
  /** As they are tested, also when they are not in force. */
  readonly connection: ConnectionSettings
  /** Who ordered it, for the audit. */
  readonly by: string
  readonly reference: string
  readonly expiresAt: number
}

/** A test of a connection whose people go elsewhere, from the ticket to the outcome. */
export type Trial =
  | (TrialBase & { readonly stage: 'waiting' })
  | (TrialBase & { readonly stage: 'away'; readonly browser: BrowserId; readonly leg: Leg })
  /** The answer is being checked; it counts once. */
  | (TrialBase & { readonly stage: 'back' })
  | (TrialBase & { readonly stage: 'over'; readonly outcome: TrialOutcome })
