import type { AuditEvent } from '#kernel/audit.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { EventsTable } from '../schema.ts'

export type EventRow = (event: AuditEvent) => EventsTable

/** Digits in base 36: of an instant, good for a hundred thousand years, and of a count within the process. */
const INSTANT_DIGITS = 10
const COUNT_DIGITS = 4
const COUNTS = 36 ** COUNT_DIGITS
const RANDOM_BYTES = 10

const digits = (value: number, length: number): string => value.toString(36).padStart(length, '0')

/** No event of this instant or later has a smaller id, and no earlier one a greater. */
export const firstIdAt = (at: number): string => digits(at, INSTANT_DIGITS)

/** Makes rows of events. Their ids sort as the events happened; those of one process also within a millisecond. */
export const eventRows = (randomness: Randomness): EventRow => {
  let count = 0
  const idAt = (at: number): string => {
    count = (count + 1) % COUNTS
    return digits(at, INSTANT_DIGITS) + digits(count, COUNT_DIGITS) + randomness.bytes(RANDOM_BYTES).toString('hex')
  }
  return ({ type, at, reference, user, relyingParty, connection, failure, facts }) => ({
    id: idAt(at),
    type,
    at,
    reference,
    user_id: user ?? null,
    relying_party: relyingParty ?? null,
    connection: connection ?? null,
    failure: failure ?? null,
    facts_json: facts === undefined ? null : JSON.stringify(facts),
  })
}

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
