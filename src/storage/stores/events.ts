import type { AuditEvent } from '#kernel/audit.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { EventsTable } from '../schema.ts'

export type EventRow = (event: AuditEvent) => EventsTable

/** Enough for ten thousand years, so that ids sort as their instants do. */
const INSTANT_DIGITS = 10
const RANDOM_BYTES = 12

/** Makes rows of events. */
export const eventRows =
  (randomness: Randomness): EventRow =>
  ({ type, at, reference, user, relyingParty, connection, failure, facts }) => ({
    id: at.toString(36).padStart(INSTANT_DIGITS, '0') + randomness.bytes(RANDOM_BYTES).toString('base64url'),
    type,
    at,
    reference,
    user_id: user ?? null,
    relying_party: relyingParty ?? null,
    connection: connection ?? null,
    failure: failure ?? null,
    facts_json: facts === undefined ? null : JSON.stringify(facts),
  })

export const eventIn = (row: EventsTable): AuditEvent => ({
  type: row.type,
  at: row.at,
  reference: row.reference,
  ...(row.user_id !== null && { user: row.user_id }),
  ...(row.relying_party !== null && { relyingParty: row.relying_party }),
  ...(row.connection !== null && { connection: row.connection }),
  ...(row.failure !== null && { failure: row.failure }),
  ...(row.facts_json !== null && { facts: JSON.parse(row.facts_json) }),
})
