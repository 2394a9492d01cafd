import type { JsonObject } from '#kernel/json.ts'
import type { User } from '#kernel/person.ts'
import type { Secret } from '#kernel/secret.ts'
import type { RuleCaller } from '../runner.ts'

/** The person whose sign-in a rule runs in. */
export interface Applicant {
  readonly user: User
  readonly attributes: Readonly<Record<string, unknown>>
  readonly reference: string
  readonly arrivedAt: number
  /** Adds a line to the rule's own log. */
  readonly note: (line: string) => void
}

/** What rules may do in a directory, in Microsoft Graph's words; a provisioning target has this shape. */
export interface BridgedDirectory {
  /** Whether this is a name of its tenant: the id, or any of the domains. */
  readonly isTenant: (name: string) => Promise<boolean>
  /**
   * The person's account, made when there is none. Its row is written first; whatever the row says already is what counts,
   * and what was asked for instead is kept as another name of it.
   */
  readonly create: (order: PersonOrder, who: Applicant) => Promise<Bridged<JsonObject>>
  /** Gives the person's own account a license of the target's list; the account then. `key`: object id or user principal name. */
  readonly license: (order: { readonly key: string; readonly skuId: string }, who: Applicant) => Promise<Bridged<JsonObject>>
  /** Changes harmless properties of the person's own account. */
  readonly change: (order: { readonly key: string; readonly values: JsonObject }, who: Applicant) => Promise<Bridged<void>>
  readonly read: (query: DirectoryQuery, who: Applicant) => Promise<Bridged<JsonObject>>
}

export interface PersonOrder {
  readonly userPrincipalName: string
  readonly immutableId: string
  /** Everything the rule said, by Graph's names; a password is not among it. */
  readonly values: JsonObject
}

export type DirectoryQuery =
  | { readonly kind: 'user'; readonly key: string }
  | { readonly kind: 'users'; readonly property: 'onPremisesImmutableId' | 'userPrincipalName' | 'mail'; readonly value: string }
  | { readonly kind: 'skus' }

export type Bridged<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Refusal }

/** No, in Microsoft Graph's words. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  /** The property whose value somebody else has. */
  readonly conflict?: string
  readonly retryAfterSeconds?: number
}

/** The tenant a rule's person needs an account in. */
export interface BridgedTenant {
  /** As the settings have it: its id, or a domain. */
  readonly tenant: string
  /** Usher's own app there, and its secret when it has one. */
  readonly clientId: string
  readonly secret?: Secret
  /** Domains in which people may be named, in lower case. */
  readonly domains: readonly string[]
  readonly directory: BridgedDirectory
}

/** Finds it; undefined when the caller's target is none that can be bridged. */
export type BridgedTenants = (caller: RuleCaller) => Promise<BridgedTenant | undefined>

export const applicantOf = ({ transaction, reference, note }: RuleCaller): Applicant => ({
  user: transaction.user,
  attributes: transaction.attributes,
  reference,
  arrivedAt: transaction.request.arrivedAt,
  note,
})
