import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { Json, JsonObject } from '#kernel/json.ts'
import type { UserId, UserRecord } from '#kernel/person.ts'
import type { Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { flag } from './columns.ts'
import type { EventRow } from './events.ts'
import { recordOf } from './record-rows.ts'

interface Parts {
  readonly storage: Storage
  readonly eventRow: EventRow
  readonly byPublicId: (publicId: string) => Promise<UserRecord | undefined>
}

interface Change {
  readonly publicId: string
  /** Who changes it, for the audit: `rule …`, `token …`. */
  readonly by: string
  readonly reference?: string
  readonly at: number
}

interface MetadataChange extends Change {
  readonly kind: 'app' | 'user'
  /** Keys at the first level replace those there are; null takes one away. */
  readonly patch: JsonObject
}

interface RootChange extends Change {
  /** As in `MetadataChange`. */
  readonly patch?: JsonObject
  readonly blocked?: boolean
}

/** What an administrator or a rule may give a user to remember of each kind, as JSON. */
const LARGEST_METADATA_BYTES = 32 * 1024
const LARGEST_ROOT_BYTES = 32 * 1024

/** What rules and the Management API write about users. Undefined when nobody is called so. Throws `metadata_too_large`. */
export const recordChanges = ({ storage, eventRow, byPublicId }: Parts) => {
  const changed = async (change: Change, make: (tx: Kysely<Schema>, before: UserRecord) => Promise<Facts>) => {
    const found = await byPublicId(change.publicId)
    if (!found) return undefined
    return storage.write(async (tx) => {
      // Read again: between the two somebody else may have been faster.
      const before = await recordOf(tx, found.userId)
      if (!before || before.publicId !== change.publicId) return undefined
      const facts = await make(tx, before)
      if (!facts) return before
      const { by, at, reference = by } = change
      const event = eventRow({ type: 'metadata_changed', at, reference, user: before.userId, facts: { by, ...facts } })
      await tx.insertInto('events').values(event).execute()
      return recordOf(tx, before.userId)
    })
  }
  return {
    patchMetadata: (change: MetadataChange): Promise<UserRecord | undefined> =>
      changed(change, async (tx, before) => {
        const { kind, patch, at } = change
        const now = kind === 'app' ? before.appMetadata : before.userMetadata
        const next = merged(now, patch)
        if (isDeepStrictEqual(next, now)) return undefined
        const json = bounded(next, LARGEST_METADATA_BYTES)
        await write(tx, before.userId, { ...(kind === 'app' ? { app_metadata_json: json } : { user_metadata_json: json }), updated_at: at })
        return { kind, keys: Object.keys(patch).length }
      }),
    /** What a connection says at the next sign-in goes over it. */
    patchRoot: (change: RootChange): Promise<UserRecord | undefined> =>
      changed(change, async (tx, before) => {
        const { patch = {}, blocked = before.blocked, at } = change
        const next = merged(before.root, patch)
        if (isDeepStrictEqual(next, before.root) && blocked === before.blocked) return undefined
        await write(tx, before.userId, { root_json: bounded(next, LARGEST_ROOT_BYTES), updated_at: at })
        await tx
          .updateTable('users')
          .set({ blocked: flag(blocked) })
          .where('id', '=', before.userId)
          .execute()
        return { kind: 'root', keys: Object.keys(patch).length, ...(blocked !== before.blocked && { blocked }) }
      }),
  }
}

type Facts = Readonly<Record<string, string | number | boolean>> | undefined

const merged = (now: JsonObject, patch: JsonObject): JsonObject => {
  const all = new Map<string, Json>([...Object.entries(now), ...Object.entries(patch)])
  return Object.fromEntries([...all].filter(([, value]) => value !== null))
}

const bounded = (value: JsonObject, bytes: number): string => {
  const json = JSON.stringify(value)
  if (Buffer.byteLength(json) > bytes) throw new UsherError('metadata_too_large', { detail: { most: bytes } })
  return json
}

const write = (
  tx: Kysely<Schema>,
  userId: UserId,
  columns: {
    readonly root_json?: string
    readonly app_metadata_json?: string
    readonly user_metadata_json?: string
    readonly updated_at: number
  },
) => tx.updateTable('user_records').set(columns).where('user_id', '=', userId).execute()
