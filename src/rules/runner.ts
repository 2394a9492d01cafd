import type { UsherError } from '#kernel/errors.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { UserId, UserRecord } from '#kernel/person.ts'
import type { RuleId, RuleSettings } from '#kernel/rule.ts'
import type { ConnectionSettings, RelyingParty } from '#kernel/settings.ts'
import type { Claims } from '#kernel/token.ts'
import type { Admitted, PausedRules, TokenWishes } from '#kernel/transaction.ts'

/** The organization's rules, run once for one sign-in. */
export interface RuleRunner {
  /**
   * Runs every enabled rule in order, then every enabled action. Never throws for what a rule does: that is an outcome.
   * A sign-in without rules costs nothing: ask only when there are some.
   */
  readonly run: (order: RuleOrder) => Promise<RuleOutcome>
}

/** Everything rules are shown, before it is put into Auth0's words. */
export interface RuleOrder {
  readonly settings: RuleSettings
  readonly relyingParty: RelyingParty
  readonly connection: ConnectionSettings
  readonly transaction: Admitted
  readonly record: UserRecord
  readonly visit: RuleVisit
  /** Set when the person comes back from where a rule sent them; what the site sent along is in `visit`. */
  readonly isContinued: boolean
  /** Set besides when an action had sent them. */
  readonly paused?: PausedRules
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What rules may know of the request: no cookie, no password, no header but these. */
export interface RuleVisit {
  readonly ip: string
  readonly hostname: string
  readonly userAgent: string
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
}

export type RuleOutcome =
  | ({ readonly kind: 'passed' } & RuleVerdict)
  /** The failure's `said` is what a rule's UnauthorizedError says to the person. */
  | { readonly kind: 'denied'; readonly failure: UsherError }

/** The two names of a subject, as far as somebody says them. */
export interface NamedSubject {
  readonly userPrincipalName?: string
  readonly immutableId?: string
}

/** What rules decided; all of it is their word, checked in form alone. */
export interface RuleVerdict {
  /** `user.upn` and `user.inmutableid` after the rules, when they set them: to be held against the account row. */
  readonly named: NamedSubject
  /** Further claims, once it is settled what the subject's names are; reserved names are dropped by the token format. */
  readonly claims: (settled: NamedSubject) => Claims
  /** From `context.samlConfiguration`. */
  readonly wishes: TokenWishes
  /** The user this sign-in shall be completed as (`context.primaryUser`), by public id. */
  readonly primaryUser?: string
  /** A second factor is wanted (`context.multifactor`). */
  readonly wantsSecondFactor: boolean
  /** Where the person is sent first (`context.redirect.url`), absolute; what the rules decided then counts for nothing. */
  readonly redirect?: { readonly location: string; readonly paused?: PausedRules }
  /** The rules that ran, by id. */
  readonly ran: readonly RuleId[]
}

/** On whose behalf a rule calls. */
export interface RuleCaller {
  readonly userId: UserId
  /** The target in which the person needs an account. */
  readonly target: string
  readonly relyingParty: string
  readonly reference: string
  /** Names of the person, for an account that has to be made. */
  readonly transaction: Admitted
  /** Adds a line to the rule's own log. */
  readonly note: (line: string) => void
}

/** A host that rules reach without leaving Usher: what they send there is answered here. */
export interface InnerHost {
  /** In lower case, without a port. */
  readonly names: readonly string[]
  readonly answer: (request: InnerRequest, caller: RuleCaller) => Promise<InnerResponse>
}

export interface InnerRequest {
  readonly method: string
  /** The name the rule called. */
  readonly host: string
  /** Percent-encoded, with its query. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface InnerResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; nothing when left out. */
  readonly body?: JsonObject | readonly JsonObject[]
}
