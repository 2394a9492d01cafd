import type { Secret } from '#kernel/secret.ts'

/** A signing key as it is kept: the private part encrypted at rest by storage. */
export interface KeyRecord {
  readonly id: string
  readonly state: 'next' | 'active' | 'retired'
  readonly certificatePem: string
  readonly privateKeyPem: Secret
  /** Milliseconds since the epoch. */
  readonly notAfter: number
  readonly createdAt: number
}

/** Where signing keys are kept; storage has this shape. */
export interface KeyBook {
  readonly list: () => Promise<readonly KeyRecord[]>
  /** Adds the keys unless there are some already, and returns those there are. */
  readonly found: (keys: readonly KeyRecord[]) => Promise<readonly KeyRecord[]>
}
