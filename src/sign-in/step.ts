import type { FailureCode } from '#kernel/errors.ts'
import type { Authentication, ConnectionId } from '#kernel/person.ts'
import type { ConnectionSettings, RelyingParty, Settings } from '#kernel/settings.ts'
import type { Opened, StoredTransaction, Transaction } from '#kernel/transaction.ts'
import type { Answer, SessionChange, Visit } from '#kernel/visit.ts'
import type { Parts } from './parts.ts'
import { isUsable } from './usable-connection.ts'

/** What a step is given besides the transaction: this visit, and the world as it is right now. */
export interface Occasion {
  readonly visit: Visit
  readonly settings: Settings
  readonly relyingParty: RelyingParty
  readonly parts: Parts
  /** What the person just did, for the one step it concerns. */
  readonly input?: Input
}

export type Input =
  | { readonly kind: 'choose'; readonly connection: string }
  /** Back to all the ways there are. */
  | { readonly kind: 'ways' }
  /** An address was typed. */
  | { readonly kind: 'email' }
  | { readonly kind: 'password' }
  /** Where a browser is asked for a Kerberos ticket. */
  | { readonly kind: 'windows' }
  | { readonly kind: 'callback'; readonly connection: string }
  | { readonly kind: 'account'; readonly choice: 'continue' | 'switch' }
  /** Back from where a rule sent the person. */
  | { readonly kind: 'continue' }

/** What came of a step: the next stage, something to ask the person, or the end. */
export type Outcome =
  | { readonly kind: 'next'; readonly transaction: Transaction; readonly session?: SessionChange }
  | { readonly kind: 'ask'; readonly transaction: StoredTransaction; readonly answer: Answer }
  | { readonly kind: 'end'; readonly answer: Answer }
  /** Another visit ended the transaction meanwhile: what there is to say about that, storage knows. */
  | { readonly kind: 'overtaken' }

/** Moves a transaction on from one stage. Steps never call one another. */
export type Step<Stage extends Transaction> = (transaction: Stage, occasion: Occasion) => Promise<Outcome>

export const next = (transaction: Transaction, session?: SessionChange): Outcome => ({
  kind: 'next',
  transaction,
  ...(session && { session }),
})

/** The same request from the beginning: no session is taken for an answer. */
export const startOver = ({ id, browser, request, expiresAt }: Transaction): Opened => ({
  stage: 'opened',
  id,
  browser,
  request,
  expiresAt,
  fresh: true,
})

export const ask = (transaction: StoredTransaction, answer: Answer): Outcome => ({ kind: 'ask', transaction, answer })

/** The connections of a relying party that people may come in through right now, in its order. */
export const connectionsOf = (occasion: Pick<Occasion, 'settings' | 'relyingParty' | 'parts'>): readonly ConnectionSettings[] =>
  occasion.relyingParty.connections.flatMap((name) =>
    occasion.settings.connections.filter((one) => one.name === name && isUsable(one, occasion)),
  )

/**
 * Whether a connection that may be used speaks for this proof. Its word about a second factor may have been taken when it was
 * given, and not be taken any more.
 */
export const vouchesFor = (
  { id, secondFactor }: Pick<ConnectionSettings, 'id' | 'secondFactor'>,
  { connection, authentication }: { readonly connection: ConnectionId; readonly authentication: Authentication },
): boolean => id === connection && (secondFactor !== undefined || authentication.secondFactor === undefined)

/** Whether somebody came through the organization's own directory, also when a session answers for them. */
export const isOfDirectory = ({ connection }: { readonly connection: ConnectionId }, { settings }: Pick<Occasion, 'settings'>): boolean =>
  settings.connections.some(({ id, directory }) => id === connection && directory !== undefined)

/** Where somebody begins who wants to go to this relying party: its smart link. */
export const linkInto = ({ clientId, protocol }: Pick<RelyingParty, 'clientId' | 'protocol'>): string =>
  `/login?${new URLSearchParams({ client: clientId, protocol })}`

/** Somebody's own page, and what can be done there. */
export const ownPath = ({ clientId }: Pick<RelyingParty, 'clientId'>, rest: '' | '/again' | '/add' | '/remove' = ''): string =>
  `/you${rest}?${new URLSearchParams({ client: clientId })}`

export const pagePath = (transaction: string, rest = ''): string => `/sign-in/${transaction}${rest}`

const refusals: ReadonlySet<FailureCode> = new Set([
  'rule_denied',
  'not_admitted',
  'email_unverified',
  'user_blocked',
  'subject_mismatch',
  'multifactor_unavailable',
])

/** Refusals that somebody else would not meet: the way to another account is offered. */
export const concernsThisPersonAlone = (code: FailureCode): boolean => refusals.has(code)

/** What kept somebody from linking another way: it is tried again from their own page. */
export const isOfLinking = (code: FailureCode): boolean =>
  code === 'linking_refused' || code === 'link_interrupted' || code === 'link_taken'

/** Failures of a connection after which another way to sign in is offered rather than an end. */
export const offersAnotherWay = (code: FailureCode): boolean =>
  code === 'connection_refused' || code === 'connection_unavailable' || code === 'connection_answer_invalid'
