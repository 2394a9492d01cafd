import type { Connection } from '#connections/connection.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings, Settings } from '#kernel/settings.ts'
import type { Protocol } from '#protocols/protocol.ts'
import type { ProvisioningTarget } from '#provisioning/target.ts'
import type { RuleRunner } from '#rules/runner.ts'
import type { TokenFormat } from '#tokens/format.ts'
import type { Books } from './books.ts'
import type { Drives } from './drives.ts'
import type { RefusalBook } from './refusal-book.ts'
import type { RuleRuns } from './rule-runs.ts'

/** Everything a sign-in is made of, by contract; app.ts puts it together. */
export interface Parts {
  readonly books: Books
  readonly refusals: RefusalBook
  readonly protocols: ReadonlyMap<string, Protocol>
  readonly formats: ReadonlyMap<string, TokenFormat>
  /** Opened once per revision of the settings. Throws `settings_invalid`. */
  readonly connection: (settings: ConnectionSettings) => Connection
  readonly target: (settings: Settings, name: string) => ProvisioningTarget
  readonly drives: Drives
  readonly ruleRunner: RuleRunner
  readonly ruleRuns: RuleRuns
  readonly publicUrl: URL
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  /** How far our clock is known to be off, in milliseconds; 0 while nothing is known. */
  readonly clockSkewMs: () => number
}
