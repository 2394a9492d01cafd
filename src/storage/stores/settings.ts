import type { Kysely } from 'kysely'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionId } from '#kernel/person.ts'
import type { Settings } from '#kernel/settings.ts'
import type { Secrets } from '#lib/secrets.ts'
import type { Schema, SettingsTable } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { endSignIns } from './ended-sign-ins.ts'
import type { EventRow } from './events.ts'
import { type Declared, forsaken, keepingUnchanged, mergeSettings } from './settings-merge.ts'
import { inShort } from './in-short.ts'
import { openedValue, sealedValue } from './settings-text.ts'
import { turnedConnections, turnedTooLate } from './turned-connections.ts'

interface Parts {
  readonly storage: Storage
  readonly sealer: Secrets
  readonly randomness: Randomness
  readonly eventRow: EventRow
}

const CURRENT = 'current'
const NOTHING: Settings = {
  revision: 0,
  relyingParties: [],
  connections: [],
  targets: [],
  rules: { rules: [], configuration: {}, budgetMs: 20_000 },
}
const CONNECTION_ID_BYTES = 12

/** What an administrator declared, always of one piece. */
export const settingsStore = ({ storage, sealer, randomness, eventRow }: Parts) => {
  const revision = storage.prepared((db, { name }: { readonly name: string }) =>
    db.selectFrom('settings').select('revision').where('name', '=', name),
  )
  const newId = connectionIds(randomness)
  let known: Settings = NOTHING
  return {
    /** The same object for as long as nothing changed. */
    current: async (): Promise<Settings> => {
      const stored = await revision.first(storage.read, { name: CURRENT })
      if (!stored || stored.revision === known.revision) return known
      const read = await readSettings(storage.read, sealer)
      // Another visit may have read the same meanwhile: one reading serves all.
      if (read.revision !== known.revision) known = keepingUnchanged(known, read)
      return known
    },
    /** Makes what is declared so; no new revision when everything was. Throws `settings_invalid`. */
    apply: (declared: Declared, at: number): Promise<Applied> =>
      storage.write((tx) => applyDeclared(tx, declared, { sealer, eventRow, newId, at })),
  }
}

export interface Applied {
  readonly revision: number
  /** In words; empty when everything was so already. */
  readonly changes: readonly string[]
}

interface Applying {
  readonly sealer: Secrets
  readonly eventRow: EventRow
  readonly newId: () => ConnectionId
  readonly at: number
}

/** Makes what is declared so, within a unit. Throws `settings_invalid`. */
export const applyDeclared = async (
  tx: Kysely<Schema>,
  declared: Declared,
  { sealer, eventRow, newId, at }: Applying,
): Promise<Applied> => {
  const current = await readSettings(tx, sealer)
  const { settings, changes } = mergeSettings(current, declared, newId)
  if (changes.length === 0) return { revision: current.revision, changes }
  for (const one of turnedConnections(current, settings)) if (await hasPeople(tx, one.connection.id)) throw turnedTooLate(one)
  const next = current.revision + 1
  await writeSettings(tx, { ...settings, revision: next }, sealer)
  for (const connection of forsaken(current, settings)) await endWhatCameBy(tx, connection, at)
  const event = {
    type: 'settings_applied',
    at,
    reference: `revision ${next}`,
    facts: { changes: changes.length, what: inShort(changes) },
  } as const
  await tx.insertInto('events').values(eventRow(event)).execute()
  return { revision: next, changes }
}

/** A new id for a connection. */
export const connectionIds = (randomness: Randomness) => (): ConnectionId => `con_${randomness.bytes(CONNECTION_ID_BYTES).toString('hex')}`

/** The settings in force, inside a unit or outside. */
export const readSettings = async (db: Kysely<Schema>, sealer: Secrets): Promise<Settings> => {
  const row = await db.selectFrom('settings').selectAll().where('name', '=', CURRENT).executeTakeFirst()
  if (!row) return NOTHING
  // What writeSettings put there, checked when it was declared; what an earlier version did not know is as at the beginning.
  const body = openedValue(JSON.parse(row.body_json), 'settings', sealer) as Partial<Settings>
  const tested = await db.selectFrom('connection_tests').selectAll().orderBy('at').execute()
  return { ...NOTHING, ...body, revision: row.revision, ...(tested.length > 0 && { tested: tested.map((one) => ({ ...one })) }) }
}

/** Puts settings in force, their secrets sealed. */
export const writeSettings = async (tx: Kysely<Schema>, { revision, tested: _, ...settings }: Settings, sealer: Secrets): Promise<void> => {
  const body_json = JSON.stringify(sealedValue(settings, 'settings', sealer))
  const row: SettingsTable = { name: CURRENT, revision, body_json }
  await tx
    .insertInto('settings')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute()
}

/** Whoever came by it proves anew who they are, also when it is on again. */
const endWhatCameBy = async (tx: Kysely<Schema>, connection: ConnectionId, at: number): Promise<void> => {
  await tx.deleteFrom('sessions').where('connection', '=', connection).execute()
  await endSignIns(tx, { connection }, at)
}

const hasPeople = async (tx: Kysely<Schema>, connection: string): Promise<boolean> =>
  (await tx.selectFrom('users').select('id').where('connection', '=', connection).limit(1).executeTakeFirst()) !== undefined
