import type { Connection } from '#connections/connection.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Trial, TrialOutcome } from '#kernel/connection-trial.ts'
import { failures, toUsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings, TestedConnection } from '#kernel/settings.ts'
import { connectionFingerprint } from '#lib/connection-fingerprint.ts'
import { connectionTrials } from '#sign-in/try-connection.ts'
import { type ConnectionStanding, standingOf } from '#sign-in/usable-connection.ts'
import type { Stores } from '#storage/open.ts'

interface Parts {
  readonly stores: Stores
  readonly openConnection: (settings: ConnectionSettings) => Connection
  readonly publicUrl: URL
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}

/** A connection as an administrator sees it; its settings are not shown. */
export interface ConnectionReport {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly label: string
  readonly standing: ConnectionStanding['kind']
  /** Of one that is broken: what is wrong with its settings. */
  readonly problem?: string
  /** Of the settings it has. */
  readonly tested?: Pick<TestedConnection, 'at' | 'by'>
  readonly people: number
}

/** What an administrator does with connections: see them, try them, switch them. */
export const connectionDesk = ({ stores, openConnection, ...parts }: Parts) => {
  const world = { ...parts, connection: openConnection }
  const trials = connectionTrials({ ...world, books: stores })
  const current = () => stores.settings.current()
  const list = async (): Promise<readonly ConnectionReport[]> => {
    const settings = await current()
    const people = await stores.connectionTests.people()
    return settings.connections.map((one) =>
      reportOf(one, { standing: standingOf(one, { settings, parts: world }), tested: settings.tested, people: people.get(one.id) ?? 0 }),
    )
  }
  const named = async (name: string): Promise<ConnectionSettings | undefined> =>
    (await current()).connections.find((one) => one.name === name)
  return {
    connections: list,
    /** In force. */
    findConnection: named,
    /** As a file declares it, before that is applied; a new one is given its id then. Throws `settings_invalid`. */
    declaredConnection: async (file: string, name: string): Promise<ConnectionSettings | undefined> => {
      const { readSettingsFile } = await import('#management/settings-file.ts')
      const declared = readSettingsFile(file).connections.find((one) => one.name === name)
      return declared && { ...declared, id: (await named(name))?.id ?? name }
    },
    /** How it is tested. Throws `settings_invalid`. */
    testedBy: (connection: ConnectionSettings): Connection['kind'] => openConnection(connection).kind,
    orderTest: (connection: ConnectionSettings, by: string) => trials.order({ connection, by }),
    testPassword: (connection: ConnectionSettings, by: string, typed: Credentials): Promise<TrialOutcome> =>
      trials.typePassword({ connection, by }, typed),
    findTest: (id: string): Promise<Trial | undefined> => trials.find(id),
    forgetTest: (id: string): Promise<void> => trials.forget(id),
    /** The outcome of a test, once there is one; undefined when the time is over. */
    testOutcome: (id: string, signal: AbortSignal): Promise<TrialOutcome | undefined> => untilOver(id, { trials, signal, ...parts }),
    /** How it would stand if it were not switched off. */
    standingOf: async (connection: ConnectionSettings): Promise<ConnectionStanding> =>
      standingOf(switched(connection, true), { settings: await current(), parts: world }),
    problemIn,
    /** False when it was so already. */
    switchConnection: async (connection: ConnectionSettings, enabled: boolean): Promise<boolean> => {
      const declared = {
        relyingParties: [],
        connections: [switched(connection, enabled)],
        targets: [],
        ...(enabled && { enables: connection.name }),
      }
      const { changes } = await stores.settings.apply(declared, parts.clock.now())
      return changes.length > 0
    },
  }
}

export type ConnectionDesk = ReturnType<typeof connectionDesk>

interface Credentials {
  readonly username: string
  readonly password: string
}

const switched = ({ disabled: _, ...connection }: ConnectionSettings, enabled: boolean): ConnectionSettings =>
  enabled ? connection : { ...connection, disabled: true }

interface Known {
  readonly standing: ConnectionStanding
  readonly tested: readonly TestedConnection[] | undefined
  readonly people: number
}

const reportOf = (connection: ConnectionSettings, { standing, tested = [], people }: Known): ConnectionReport => {
  const { id, name, type, label } = connection
  const fingerprint = connectionFingerprint(connection)
  const last = tested.find((one) => one.connection === name && one.fingerprint === fingerprint)
  return {
    id,
    name,
    type,
    label,
    standing: standing.kind,
    ...(standing.kind === 'broken' && { problem: problemIn(standing.cause) }),
    ...(last && { tested: { at: last.at, by: last.by } }),
    people,
  }
}

/** What a failure says of the settings; never more than its own words. */
const problemIn = (error: unknown): string => {
  const failure = toUsherError(error)
  return String(failure.detail['problem'] ?? failures[failure.code].heading)
}

/** How often somebody who waits looks. */
const LOOK_AGAIN_MS = 500

const untilOver = async (
  id: string,
  { trials, clock, signal }: Pick<Parts, 'clock'> & { readonly trials: ReturnType<typeof connectionTrials>; readonly signal: AbortSignal },
): Promise<TrialOutcome | undefined> => {
  while (!signal.aborted) {
    const trial = await trials.find(id)
    if (!trial) return undefined
    if (trial.stage === 'over') return trial.outcome
    await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined)
  }
  return undefined
}
