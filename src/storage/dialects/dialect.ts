import type { Storage } from '../storage.ts'

/** What opening a database needs beyond what the stores do. */
export interface Database extends Storage {
  /** As `write`, while no other node is let in here, and for as long as it takes. */
  readonly alone: Storage['write']
  /** Whether a server is known to use it beside us. Only a file can tell; nodes of a cluster are asked by nobody. */
  readonly isServed: () => boolean
  /** True for the one server there can be: nobody else is at anything that others left unfinished. */
  readonly isOnlyServer: boolean
  /** False once it can no longer promise that what it acknowledges is kept. */
  readonly isSound: () => boolean
}
