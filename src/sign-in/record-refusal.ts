import type { AuditEvent } from '#kernel/audit.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Going } from './recognize.ts'

/** Keeps for the audit that somebody's password or ticket was not taken, and from where; not whose it was. */
export const recordRefusal = (
  type: Extract<AuditEvent['type'], 'password_refused' | 'ticket_refused'>,
  settings: ConnectionSettings,
  { transaction, occasion }: Going,
): Promise<void> =>
  occasion.parts.books.ledger.record({
    type,
    at: occasion.visit.at,
    reference: transaction.request.correlation,
    connection: settings.id,
    facts: { ip: occasion.visit.ip },
  })
