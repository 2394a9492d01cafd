import type { WindowsSignIn } from '#connections/connection.ts'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Routed } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import { passwordPage } from './password-page.ts'
import { type Going, recognized } from './recognize.ts'
import { recordRefusal } from './record-refusal.ts'
import { ask, type Outcome, pagePath } from './step.ts'

/**
 * Lets people in by the ticket they got when they signed in to Windows, where they have one. It is asked for at an address
 * of its own, with the password page as the body of the 401: browsers without a ticket show that. A ticket that was sent
 * and did not do is never asked for again, so that nothing turns in circles.
 */
export const showTicket = async (windows: WindowsSignIn, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  const typesPassword = () => ask({ ...transaction, typesPassword: true }, passwordPage(settings, going))
  // The password page's own address is opened by whoever has no ticket: a proxy that asks for one sends them there.
  if (occasion.input?.kind === 'password') return typesPassword()
  if (!mayShowTicket(windows, going)) return ask(transaction, passwordPage(settings, going))
  if (occasion.input?.kind !== 'windows') return ask(transaction, { kind: 'redirect', location: pagePath(transaction.id, '/windows') })
  const profile = await windows.verify(occasion.visit).catch((error: unknown) => {
    const { correlation: reference } = transaction.request
    occasion.parts.log.warn('windows_sign_in_failed', { reference, connection: settings.name, error })
    return undefined
  })
  if (profile === 'challenge') return ask(transaction, { ...passwordPage(settings, going), status: 401, challenge: 'Negotiate' })
  if (!profile) await recordRefusal('ticket_refused', settings, going)
  if (!profile || !isMeant(profile, settings, transaction)) return typesPassword()
  return recognized(profile, settings, going)
}

/**
 * A ticket may be hours old and is shown without anybody being there: it is no answer where credentials are asked for anew,
 * where a second factor is, or where the person wants to be somebody else.
 */
const mayShowTicket = (windows: WindowsSignIn, { transaction, occasion: { visit } }: Going): boolean => {
  const { maxAgeMs, secondFactor } = transaction.request.freshness
  if (transaction.fresh || transaction.typesPassword || maxAgeMs !== undefined || secondFactor) return false
  return isOpenedByAPerson(visit) && windows.appliesTo(visit)
}

/** A page of its own, where a browser says what for it asks (Fetch Metadata): no frame, picture or script shows a ticket. */
const isOpenedByAPerson = (visit: Visit): boolean => visit.method === 'GET' && (visit.header('sec-fetch-dest') ?? 'document') === 'document'

/**
 * Whoever typed an address on the way, here or at the relying party, is not silently somebody else: the computer may be
 * another person's. What was typed there is known here only where the directory itself names its people.
 */
const isMeant = (profile: Profile, { directory }: ConnectionSettings, { hint, request }: Routed): boolean => {
  const { email, attributes } = profile
  const named = directory && request.username ? [attributes[directory.userPrincipalNameAttribute]] : undefined
  return isAmong(hint, [email, ...Object.values(attributes)]) && (!named || isAmong(request.username, named))
}

const isAmong = (typed: string | undefined, said: readonly unknown[]): boolean =>
  typed === undefined || said.some((one) => typeof one === 'string' && one.toLowerCase() === typed.toLowerCase())
