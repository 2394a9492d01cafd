import type { Subject } from '#kernel/account.ts'
import type { Authentication } from '#kernel/person.ts'
import type { RelyingParty } from '#kernel/settings.ts'
import type { Claims, Token } from '#kernel/token.ts'

/** Everything a token says. `authentication` comes from the connection or the session, never from claims. */
export interface TokenOrder {
  readonly subject: Subject
  readonly authentication: Authentication
  readonly claims: Claims
  readonly relyingParty: RelyingParty
  /** The issuer of the federated root domain of the subject's user principal name. */
  readonly issuer: string
  /** Which of the subject's two names is the name ID; its immutable ID when left out. */
  readonly nameId?: 'immutableId' | 'userPrincipalName'
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface TokenFormat {
  readonly name: string
  /** A signed token. Reserved claim names are dropped from `claims`. Throws `subject_invalid`, `claims_invalid`, `settings_invalid`. */
  readonly issue: (order: TokenOrder) => Promise<Token>
}
