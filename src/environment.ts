import { randomBytes } from 'node:crypto'
import type { KerberosPackage } from '#connections/ldap/windows-ticket.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { createLog } from '#lib/log.ts'
import { outbound } from '#lib/outbound.ts'
import { pooledRandomness } from '#lib/randomness.ts'
import { sleep } from '#lib/sleep.ts'

/** What a process brings along: time, randomness, the network and where its log goes. Tests bring their own. */
export interface Environment {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly fetch: typeof fetch
  readonly log: Log
  /** What checks Kerberos tickets; the package that is installed, when left out. */
  readonly kerberos?: KerberosPackage
  readonly close: () => Promise<void>
}

/** The real ones. The log goes to standard output unless somewhere else is named. */
export const processEnvironment = ({ logTo }: { readonly logTo?: NodeJS.WritableStream } = {}): Environment => {
  const { fetch, close } = outbound()
  return {
    clock: { now: Date.now, sleep },
    randomness: pooledRandomness(randomBytes),
    fetch,
    log: createLog(logTo && { to: { write: (line) => void logTo.write(line) } }),
    close,
  }
}
