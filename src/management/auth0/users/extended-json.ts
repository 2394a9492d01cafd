import { z } from 'zod'

// MongoDB Extended JSON v2, as far as Auth0's exports have it.

/** An id: `{"$oid":"5f…"}`. */
export const extendedId = z.object({ $oid: z.string() }).transform(({ $oid }) => $oid)

const milliseconds = z.union([z.number(), z.object({ $numberLong: z.string() }).transform(({ $numberLong }) => Number($numberLong))])

/** A moment as a text: ISO 8601 as the Management API has it, or `{"$date":…}` with such a text or milliseconds. */
export const extendedDate = z.union([
  z.string(),
  z.object({ $date: z.union([z.string(), milliseconds]) }).transform(({ $date }) => (typeof $date === 'string' ? $date : isoIn($date))),
])

const isoIn = (at: number): string => (Number.isNaN(new Date(at).getTime()) ? '' : new Date(at).toISOString())
