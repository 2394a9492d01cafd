import type { ConnectionId, Names } from '#kernel/person.ts'

/** A person of the database connection as it is kept. */
export interface PasswordEntry {
  readonly connection: ConnectionId
  /** Random and lasting: the subject. The user name may change. */
  readonly subject: string
  /** Lower case, as typed at sign-in. */
  readonly username: string
  /** Encoded Argon2id hash. */
  readonly hash: string
  readonly names: Names
  readonly email?: string
  readonly emailVerified: boolean
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Where passwords are kept; storage has this shape. */
export interface PasswordFile {
  readonly find: (connection: ConnectionId, username: string) => Promise<PasswordEntry | undefined>
  /** False when the user name exists. */
  readonly add: (entry: PasswordEntry, at: number) => Promise<boolean>
  readonly rehash: (connection: ConnectionId, subject: string, hash: string) => Promise<void>
  /**
   * Counts a try before it is checked; false, and nothing counted, when `limit` tries are in the window already.
   * One statement, so that it holds between nodes and survives a restart.
   */
  readonly countTry: (key: string, limit: { readonly tries: number; readonly windowMs: number }, at: number) => Promise<boolean>
  /** Takes back one try that turned out not to be a wrong one; never below none. */
  readonly takeBackTry: (key: string) => Promise<void>
  /** Forgets the tries: the password was right. */
  readonly forgetTries: (key: string) => Promise<void>
}
