import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { Json, JsonObject } from '#kernel/json.ts'
import type { UserId, UserRecord } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag } from './columns.ts'
import { endSignIns } from './ended-sign-ins.ts'
import type { EventRow } from './events.ts'
import { recordOf } from './record-rows.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
  readonly byPublicId: (publicId: string) => Promise<UserRecord | undefined>
}

/** Keys at the first level replace those there are; null takes one away. */
interface RecordPatch {
  readonly app?: JsonObject
  readonly user?: JsonObject
  /** What a connection says at the next sign-in goes over it. */
  readonly root?: JsonObject
  readonly blocked?: boolean
  /** For people whose password is kept here; the next sign-in says the same. */
  readonly emailVerified?: boolean
}

interface RecordChange extends RecordPatch {
  readonly publicId: string
  /** Who changes it, for the audit: `rule …`, `token …`. */
  readonly by: string
  readonly reference?: string
  readonly at: number
}

interface MetadataChange extends Omit<RecordChange, keyof RecordPatch> {
  readonly kind: 'app' | 'user'
  readonly patch: JsonObject
}

/** What a user is given to remember of each kind, as JSON. */
const LARGEST_BYTES = 32 * 1024

/** What rules and the Management API write about users, in one unit. Undefined when nobody is called so. Throws `metadata_too_large`. */
export const recordChanges = ({ storage, eventRow, byPublicId }: Parts) => {
  const patch = async (change: RecordChange): Promise<UserRecord | undefined> => {
    const found = await byPublicId(change.publicId)
    return found && storage.write((tx) => changed(tx, found.userId, { change, eventRow }))
  }
  return {
    patch,
    patchMetadata: ({ kind, patch: values, ...change }: MetadataChange): Promise<UserRecord | undefined> =>
      patch({ ...change, ...(kind === 'app' ? { app: values } : { user: values }) }),
  }
}

interface Changing {
  readonly change: RecordChange
  readonly eventRow: EventRow
}

const changed = async (tx: Kysely<Schema>, userId: UserId, { change, eventRow }: Changing): Promise<UserRecord | undefined> => {
  // Read again: between the two somebody else may have been faster.
  const before = await recordOf(tx, userId)
  if (!before || before.publicId !== change.publicId) return undefined
  const after = patched(before, change)
  const { emailVerified, by, at, reference = by } = change
  if (emailVerified === undefined && isDeepStrictEqual(after, before)) return before
  await write(tx, { before, after }, at)
  if (emailVerified !== undefined) await writeVerified(tx, after, emailVerified)
  const event = eventRow({ type: 'metadata_changed', at, reference, user: userId, facts: { by, ...factsOf(change) } })
  await tx.insertInto('events').values(event).execute()
  return recordOf(tx, userId)
}

const patched = (
  before: UserRecord,
  { app = {}, user = {}, root = {}, blocked = before.blocked, emailVerified }: RecordPatch,
): UserRecord => ({
  ...before,
  appMetadata: merged(before.appMetadata, app),
  userMetadata: merged(before.userMetadata, user),
  root: { ...merged(before.root, root), ...(emailVerified !== undefined && { email_verified: emailVerified }) },
  blocked,
})

const merged = (now: JsonObject, patch: JsonObject): JsonObject => {
  const all = new Map<string, Json>([...Object.entries(now), ...Object.entries(patch)])
  return Object.fromEntries([...all].filter(([, value]) => value !== null))
}

/** Names of what was touched and how much of it; never a value. */
const factsOf = ({ app, user, root, blocked, emailVerified }: RecordPatch) => ({
  ...(app && { app: Object.keys(app).length }),
  ...(user && { user: Object.keys(user).length }),
  ...(root && { root: Object.keys(root).length }),
  ...(blocked !== undefined && { blocked }),
  ...(emailVerified !== undefined && { emailVerified }),
})

interface Difference {
  readonly before: UserRecord
  readonly after: UserRecord
}

const write = async (tx: Kysely<Schema>, { before, after }: Difference, at: number): Promise<void> => {
  const { userId, blocked } = after
  const columns = {
    root_json: bounded(after.root, before.root),
    app_metadata_json: bounded(after.appMetadata, before.appMetadata),
    user_metadata_json: bounded(after.userMetadata, before.userMetadata),
    updated_at: at,
  }
  await tx.updateTable('user_records').set(columns).where('user_id', '=', userId).execute()
  await tx
    .updateTable('users')
    .set({ blocked: flag(blocked) })
    .where('id', '=', userId)
    .execute()
  // Whoever is let in again later proves anew who they are.
  if (!blocked || before.blocked) return
  await tx.deleteFrom('sessions').where('user_id', '=', userId).execute()
  await endSignIns(tx, { user: userId }, at)
}

const writeVerified = async (tx: Kysely<Schema>, { userId, identities: [own] }: UserRecord, isVerified: boolean): Promise<void> => {
  const { connection, subject } = own.identity
  const columns = { email_verified: flag(isVerified) }
  await tx.updateTable('users').set(columns).where('id', '=', userId).execute()
  await tx.updateTable('passwords').set(columns).where('connection', '=', connection).where('subject', '=', subject).execute()
}

/** What connections and imports say may be larger, and must keep nobody from being blocked: only what grows is refused. */
const bounded = (value: JsonObject, before: JsonObject): string => {
  const json = JSON.stringify(value)
  const bytes = Buffer.byteLength(json)
  const isTooLarge = bytes > LARGEST_BYTES && bytes > Buffer.byteLength(JSON.stringify(before))
  if (isTooLarge) throw new UsherError('metadata_too_large', { detail: { most: LARGEST_BYTES } })
  return json
}
