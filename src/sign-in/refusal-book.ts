import type { AuditEvent } from '#kernel/audit.ts'
import { ONE_HOUR_MS } from '#kernel/clock.ts'
import { placeOf } from '#lib/networks.ts'
import type { Ledger } from './books.ts'

/** Somebody was not let in; the audit has no event that costs whoever causes it so little. */
export interface Refusal extends AuditEvent {
  readonly type: 'sign_in_denied' | 'password_refused' | 'ticket_refused'
  readonly facts: { readonly ip: string }
}

export interface RefusalBook {
  readonly record: (refusal: Refusal) => Promise<void>
}

/** What is kept one by one in an hour: of one person or place, and of all whom nobody knows. */
const OF_ONE = 60
const OF_STRANGERS = 1_000
const PLACES_NAMED = 10

/**
 * Keeps refusals for the audit, so that nobody fills it by being refused: beyond so many an hour those of one kind become one
 * event, which says how many `further` ones there were, the last at `until`, and `from` where, the first ten places. Each
 * process counts by itself. Every refusal is durable when `record` returns, counted or kept.
 */
export const refusalBook = (ledger: Pick<Ledger, 'record' | 'amend'>): RefusalBook => {
  let hour = hourFrom(0, ledger)
  return {
    record: async (refusal) => {
      const begins = refusal.at - (refusal.at % ONE_HOUR_MS)
      // A visit that took long belongs to the hour it ends in.
      if (begins > hour.begins) hour = hourFrom(begins, ledger)
      if (hour.hasRoomFor(refusal)) await ledger.record(refusal)
      else await hour.tallyOf(refusal).add(refusal)
    },
  }
}

const hourFrom = (begins: number, ledger: Pick<Ledger, 'record' | 'amend'>) => {
  const kept = new Map<string, number>()
  const tallies = new Map<string, Tally>()
  let strangers = 0
  return {
    begins,
    hasRoomFor: ({ user, facts: { ip } }: Refusal): boolean => {
      const who = user ?? placeOf(ip)
      const before = kept.get(who) ?? 0
      if (before >= OF_ONE || (user === undefined && strangers >= OF_STRANGERS)) return false
      kept.set(who, before + 1)
      if (user === undefined) strangers += 1
      return true
    },
    tallyOf: ({ type, user, relyingParty, connection, failure }: Refusal): Tally => {
      const kind = JSON.stringify([type, user, relyingParty, connection, failure])
      const tally = tallies.get(kind) ?? createTally(ledger)
      tallies.set(kind, tally)
      return tally
    },
  }
}

interface Tally {
  readonly add: (refusal: Refusal) => Promise<void>
}

/** One event for many, written again with each; those that come while it is being written are in the next writing together. */
const createTally = (ledger: Pick<Ledger, 'record' | 'amend'>): Tally => {
  let further = 0
  let until = 0
  let id: string | undefined
  let writing: Promise<unknown> = Promise.resolve()
  let next: Promise<void> | undefined
  const places = new Set<string>()
  const write = async (refusal: Refusal): Promise<void> => {
    next = undefined
    const from = [...places].join(' ')
    const facts = { ...refusal.facts, further, until: new Date(until).toISOString(), from }
    if (id === undefined) id = await ledger.record({ ...refusal, facts })
    else await ledger.amend(id, facts)
  }
  return {
    add: (refusal) => {
      further += 1
      until = Math.max(until, refusal.at)
      if (places.size < PLACES_NAMED) places.add(placeOf(refusal.facts.ip))
      next ??= writing.then(() => write(refusal))
      writing = next.catch(() => undefined)
      return next
    },
  }
}
