import type { JsonObject } from '#kernel/json.ts'
import type { UserId, UserRecord } from '#kernel/person.ts'

/** Whom somebody looks for; all of it must be so. */
export interface UserFilter {
  readonly email?: string
  readonly publicId?: string
  readonly connectionName?: string
  readonly blocked?: boolean
}

interface Trace {
  readonly by: string
  readonly reference: string
  readonly at: number
}

/** Keys at the first level replace those there are; null takes one away. */
export interface UserPatch {
  readonly app?: JsonObject
  readonly user?: JsonObject
  readonly root?: JsonObject
  readonly blocked?: boolean
  readonly emailVerified?: boolean
}

/** Users as the Management API reads and changes them; storage has this shape. */
export interface UserBook {
  readonly byPublicId: (publicId: string) => Promise<UserRecord | undefined>
  readonly byEmail: (email: string) => Promise<readonly UserRecord[]>
  readonly search: (asked: {
    readonly where: UserFilter
    readonly order?: { readonly by: 'created' | 'lastLogin' | 'logins' | 'email'; readonly isDescending: boolean }
    readonly page: number
    readonly perPage: number
  }) => Promise<{ readonly records: readonly UserRecord[]; readonly total: number }>
  /** All of it or nothing. Throws `metadata_too_large`. */
  readonly patch: (change: UserPatch & Trace & { readonly publicId: string }) => Promise<UserRecord | undefined>
  /** Throws `account_conflict`. */
  readonly link: (link: Trace & { readonly primary: UserId; readonly secondary: UserId }) => Promise<UserRecord>
  readonly unlink: (
    link: Trace & { readonly primary: UserId; readonly provider: string; readonly providerUserId: string },
  ) => Promise<UserRecord | undefined>
}
