import type { PasswordConnection } from '#connections/connection.ts'
import { UsherError } from '#kernel/errors.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { passwordPage } from './password-page.ts'
import { type Going, recognized } from './recognize.ts'
import { recordRefusal } from './record-refusal.ts'
import { showTicket } from './show-ticket.ts'
import { ask, type Outcome } from './step.ts'

/** Asks for user name and password on a page of ours, and takes them to the connection; no sooner than a ticket did not do. */
export const typePassword = async (connection: PasswordConnection, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { input, visit } = going.occasion
  if (input?.kind === 'password' && visit.method === 'POST') return checkPassword(connection, settings, going)
  if (connection.windows) return showTicket(connection.windows, settings, going)
  return ask(going.transaction, passwordPage(settings, going))
}

const checkPassword = async (connection: PasswordConnection, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  // Whoever types wants to be who they typed: from here on no ticket says otherwise.
  const typing = connection.windows ? { ...transaction, typesPassword: true as const } : transaction
  const username = occasion.visit.form.get('username')?.trim() ?? ''
  const password = occasion.visit.form.get('password') ?? ''
  if (!username || !password) return ask(typing, passwordPage(settings, going, { username, problem: 'missing' }))
  const profile = await connection.verify({ username, password, ip: occasion.visit.ip, at: occasion.visit.at }).catch((error) => {
    if (error instanceof UsherError && error.code === 'too_many_requests') return 'too_many' as const
    throw error
  })
  if (profile === 'too_many' || profile === undefined) {
    await recordRefusal('password_refused', settings, going)
    return ask(typing, passwordPage(settings, going, { username, problem: profile ?? 'wrong' }))
  }
  return recognized(profile, settings, going)
}
