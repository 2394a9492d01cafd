import type { Storage } from '../storage.ts'

/** What opening a database needs beyond what the stores do. */
export interface Database extends Storage {
  /** As `write`, while no other node is let in here, and for as long as it takes. */
  readonly alone: Storage['write']
  /** False once it can no longer promise that what it acknowledges is kept. */
  readonly isSound: () => boolean
}
