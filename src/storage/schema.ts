import type { AccountOrigin, AccountStage } from '#kernel/account.ts'
import type { AuditEvent } from '#kernel/audit.ts'
import type { FailureCode } from '#kernel/errors.ts'
import type { Method } from '#kernel/person.ts'

/** 0 or 1: SQLite has no other. */
export type Flag = 0 | 1

/**
 * The tables, as both databases have them. Instants are milliseconds since the epoch and, like all whole numbers, come
 * back as numbers. `*_json` columns hold JSON, `*_sealed` ones what the key-encryption key protects, `*_hash` ones
 * SHA-256 of something that opens doors, `*_key` ones a text folded so that it compares without regard to case.
 */
export interface Schema {
  readonly settings: SettingsTable
  readonly lasting_secrets: LastingSecretsTable
  readonly signing_keys: SigningKeysTable
  readonly users: UsersTable
  readonly accounts: AccountsTable
  readonly principal_names: PrincipalNamesTable
  readonly account_aliases: AccountAliasesTable
  readonly seats: SeatsTable
  readonly seat_pools: SeatPoolsTable
  readonly sessions: SessionsTable
  readonly transactions: TransactionsTable
  readonly ended_sign_ins: EndedSignInsTable
  readonly grants: GrantsTable
  readonly events: EventsTable
  readonly passwords: PasswordsTable
  readonly password_tries: PasswordTriesTable
  readonly user_records: UserRecordsTable
  readonly linked_identities: LinkedIdentitiesTable
  readonly rule_versions: RuleVersionsTable
  readonly rule_runs: RuleRunsTable
  readonly api_tokens: ApiTokensTable
  readonly connection_tests: ConnectionTestsTable
  readonly connection_trials: ConnectionTrialsTable
}

/** One row, `current`: everything an administrator declared, so that a reading is always of one piece. */
export interface SettingsTable {
  readonly name: string
  readonly revision: number
  readonly body_json: string
}

/** Secrets that live as long as the database: the key of the identity digest. */
export interface LastingSecretsTable {
  readonly name: string
  readonly value_sealed: string
}

export interface SigningKeysTable {
  readonly id: string
  readonly state: 'next' | 'active' | 'retired'
  readonly certificate_pem: string
  readonly private_key_sealed: string
  readonly not_after: number
  readonly created_at: number
}

/** Unique by (connection, issuer, subject): one identity is one user. */
export interface UsersTable {
  readonly id: string
  readonly connection: string
  readonly issuer: string
  readonly subject: string
  readonly given_name: string | null
  readonly family_name: string | null
  readonly display_name: string | null
  readonly email: string | null
  readonly email_key: string | null
  readonly email_verified: Flag
  readonly blocked: Flag
  readonly created_at: number
}

/** By (user_id, target). Unique in a target: immutable ID and user principal name whatever their case, object id. */
export interface AccountsTable {
  readonly user_id: string
  readonly target: string
  readonly origin: AccountOrigin
  readonly stage: AccountStage
  readonly immutable_id: string
  readonly immutable_id_key: string
  readonly principal_name: string
  readonly principal_name_key: string
  readonly object_id: string | null
  readonly license: string | null
  readonly usage_location: string
  readonly reason: FailureCode | null
  readonly attempts: number
  readonly next_attempt_at: number
  readonly settle_until: number | null
  readonly settle_ms: number | null
  readonly ready_at: number | null
  readonly unproven_token_at: number | null
  readonly version: number
  readonly reference: string
  readonly created_at: number
  readonly lease_owner: string | null
  readonly lease_until: number | null
  readonly lease_fence: number
  /** 1 when its object is made by other means than Usher, which then only looks for it. */
  readonly made_elsewhere: 1 | null
}

/** Every user principal name there ever was and whose it is for good. Rows are never deleted. */
export interface PrincipalNamesTable {
  readonly target: string
  readonly name_key: string
  readonly user_id: string
}

/** What rules asked for in place of an account's own names. None is another row's own value. */
export interface AccountAliasesTable {
  readonly target: string
  readonly kind: 'user_principal_name' | 'immutable_id'
  readonly value_key: string
  readonly user_id: string
  readonly added_at: number
}

export interface SeatsTable {
  readonly target: string
  readonly user_id: string
  readonly sku_key: string
  /** Set when the directory has assigned the license. */
  readonly given: Flag
  readonly reserved_at: number
}

/** How many seats of a SKU are held, and how many of them given: always what its rows in `seats` say. */
export interface SeatPoolsTable {
  readonly target: string
  readonly sku_key: string
  readonly held: number
  readonly given: number
}

export interface SessionsTable {
  readonly id_hash: string
  readonly user_id: string
  readonly connection: string
  /** With the connection, the identity that started it; null in what an earlier version wrote. */
  readonly issuer: string | null
  readonly subject: string | null
  readonly authenticated_at: number
  readonly method: Method
  readonly second_factor_at: number | null
  readonly created_at: number
  readonly expires_at: number
  /** The sign-in that started it. */
  readonly reference: string
}

/** Under way while `ended_user` is null; after that the body is gone. */
export interface TransactionsTable {
  readonly id: string
  readonly version: number
  readonly body_sealed: string | null
  readonly ended_user: string | null
  readonly ended_relying_party: string | null
  readonly expires_at: number
}

/** About a user, a connection or everybody: sign-ins that began before go on no more. */
export interface EndedSignInsTable {
  readonly about: string
  readonly at: number
  readonly expires_at: number
}

export interface GrantsTable {
  readonly key_hash: string
  readonly body_json: string
  readonly expires_at: number
}

/** The audit. The id begins with the instant, so that rows lie in the order they happened. */
export interface EventsTable {
  readonly id: string
  readonly type: AuditEvent['type']
  readonly at: number
  readonly reference: string
  readonly user_id: string | null
  readonly relying_party: string | null
  readonly connection: string | null
  readonly failure: FailureCode | null
  readonly facts_json: string | null
}

/** By (connection, subject); the user name is unique in its connection and may change. */
export interface PasswordsTable {
  readonly connection: string
  readonly subject: string
  readonly username: string
  readonly password_hash: string
  readonly given_name: string | null
  readonly family_name: string | null
  readonly display_name: string | null
  readonly email: string | null
  readonly email_verified: Flag
  readonly attributes_json: string
  readonly created_at: number
}

export interface PasswordTriesTable {
  readonly key_hash: string
  readonly tries: number
  readonly expires_at: number
}

/** What is remembered about a user beyond who they are. */
export interface UserRecordsTable {
  readonly user_id: string
  readonly public_id: string
  readonly root_json: string
  readonly app_metadata_json: string
  readonly user_metadata_json: string
  readonly connection_name: string
  readonly provider: string
  readonly provider_user_id: string
  readonly is_social: Flag
  readonly logins_count: number
  readonly last_login_at: number | null
  readonly last_ip: string | null
  readonly updated_at: number
}

/** Identities that belong to a user besides their own; none of them is in `users`. */
export interface LinkedIdentitiesTable {
  readonly connection: string
  readonly issuer: string
  readonly subject: string
  readonly user_id: string
  readonly profile_json: string
  readonly connection_name: string
  readonly provider: string
  readonly provider_user_id: string
  readonly is_social: Flag
  readonly linked_at: number
}

/** Every script a rule ever had. */
export interface RuleVersionsTable {
  readonly rule_id: string
  readonly version: number
  readonly name: string
  readonly script: string
  readonly author: string
  readonly at: number
  readonly what: 'created' | 'changed'
}

/** Traces. The id begins with the instant. */
export interface RuleRunsTable {
  readonly id: string
  readonly at: number
  readonly user_id: string
  readonly relying_party: string
  readonly reference: string
  readonly body_sealed: string
  readonly expires_at: number
}

export interface ApiTokensTable {
  readonly token_hash: string
  readonly name: string
  readonly scopes_json: string
  readonly created_at: number
  readonly expires_at: number
}

/** By (connection, fingerprint): the connection of this name worked with the settings of this fingerprint. */
export interface ConnectionTestsTable {
  readonly connection: string
  readonly fingerprint: string
  readonly at: number
  readonly by: string
}

/** Tests under way and just over. */
export interface ConnectionTrialsTable {
  readonly id_hash: string
  readonly version: number
  readonly body_sealed: string
  readonly expires_at: number
}
