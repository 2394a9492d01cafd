import type { Secret } from '#kernel/secret.ts'

/** Where a secret is kept. Sealed text opens at its own place only, so that nothing is gained by swapping two of them. */
export interface Place {
  readonly table: string
  readonly row: string
  readonly column: string
}

/** Encrypts what must not be read in the database file, under the key-encryption key. */
export interface Sealer {
  readonly seal: (secret: Secret, place: Place) => string
  /** Throws `key_wrong` when the text was sealed under another key, for another place, or was changed. */
  readonly open: (sealed: string, place: Place) => Secret
}
