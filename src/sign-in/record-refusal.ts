import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Going } from './recognize.ts'
import type { Refusal } from './refusal-book.ts'

/** Keeps for the audit that somebody's password or ticket was not taken, and from where; not whose it was. */
export const recordRefusal = (
  type: Exclude<Refusal['type'], 'sign_in_denied'>,
  settings: ConnectionSettings,
  { transaction, occasion }: Going,
): Promise<void> =>
  occasion.parts.refusals.record({
    type,
    at: occasion.visit.at,
    reference: transaction.request.correlation,
    connection: settings.id,
    facts: { ip: occasion.visit.ip },
  })
