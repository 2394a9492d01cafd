import type { Departure, RedirectConnection } from '#connections/connection.ts'
import { UsherError } from '#kernel/errors.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Leg, Routed, StoredTransaction } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { isSameText } from '#lib/same-text.ts'
import { type Going, recognized } from './recognize.ts'
import { ask, connectionsOf, type Input, next, type Outcome, pagePath, type Step, startOver } from './step.ts'
import { typeEmail } from './type-email.ts'
import { typePassword } from './type-password.ts'

/** Routed → authenticated: the person proves who they are, here or at a provider. */
export const authenticate: Step<Routed> = async (transaction, occasion) => {
  const { input } = occasion
  if (input?.kind === 'ways') return next(startOver(transaction))
  if (input?.kind === 'email') return typeEmail(transaction, occasion)
  const settings = connectionsOf(occasion).find((one) =>
    input?.kind === 'choose' ? one.name === input.connection : one.id === transaction.connection,
  )
  // It was switched off after it was chosen, and the person only opens their page again: there are other ways.
  if (!settings && !input) return next(startOver(transaction))
  if (!settings) throw new UsherError('connection_unknown')
  const { leg: _leg, hint: _hint, typesPassword: _types, ...fresh } = transaction
  const routed = input?.kind === 'choose' ? { ...fresh, connection: settings.id } : transaction
  const connection = occasion.parts.connection(settings)
  return connection.kind === 'redirect'
    ? elsewhere(connection, settings, { transaction: routed, occasion })
    : typePassword(connection, settings, { transaction: routed, occasion })
}

const elsewhere = async (connection: RedirectConnection, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  const callbackUrl = callbackUrlOf(settings, occasion.parts.publicUrl)
  if (occasion.input?.kind === 'callback') {
    const leg = expectedLeg(going, settings)
    return recognized(await connection.complete(occasion.visit, { ...leg, callbackUrl }), settings, going)
  }
  // A password from a tab that was left behind: the way to the provider begins on a page of ours, never after a post.
  if (occasion.visit.method === 'POST') return ask(transaction, { kind: 'redirect', location: pagePath(transaction.id, '/next') })
  const state = `${transaction.id}.${occasion.parts.randomness.bytes(16).toString('base64url')}`
  const { language, freshness } = transaction.request
  const username = transaction.hint ?? transaction.request.username
  const departure = await connection.begin({
    callbackUrl,
    state,
    freshness,
    choose: transaction.fresh === true,
    ...(username && { username }),
    ...(language && { language }),
  })
  const leg: Leg = { state, memory: departure.memory }
  return ask({ ...transaction, leg }, wayTo(departure))
}

type Addressed = Pick<ConnectionSettings, 'name' | 'legacyCallback'>

/** Where a provider sends people back to: this connection's own address, and no other's, unless Auth0's is registered there. */
export const callbackUrlOf = ({ name, legacyCallback }: Addressed, publicUrl: URL): string => {
  const url = new URL(legacyCallback ? '/login/callback' : `/login/callback/${encodeURIComponent(name)}`, publicUrl)
  if (legacyCallback === 'named') url.searchParams.set('connection', name)
  return url.href
}

/** Whether somebody who is back at Auth0's address is where this connection's people come back to. */
export const isAtLegacyAddress = ({ name, legacyCallback }: Addressed, { url }: Pick<Visit, 'url'>): boolean => {
  if (legacyCallback !== 'named') return legacyCallback === true
  const [said, ...others] = url.searchParams.getAll('connection')
  return said === name && others.length === 0
}

/** How a browser is sent to a provider. */
export const wayTo = ({ location, fields }: Departure): Answer =>
  fields ? { kind: 'post-form', action: location, fields, isDeparture: true } : { kind: 'redirect', location }

const expectedLeg = ({ transaction, occasion }: Going, settings: ConnectionSettings): Leg => {
  const { input, visit } = occasion
  const isItsOwn = input?.kind === 'callback' && input.connection === settings.name
  const { leg } = transaction
  if (!leg || !isItsOwn || !endsLeg(leg, visit))
    throw new UsherError('connection_answer_invalid', { detail: { connection: settings.name, reason: 'state' } })
  return leg
}

/** The state a provider sends back: in the query, in the form of a `form_post`, or as SAML's `RelayState` in a form. One only. */
export const callbackState = ({ url, form }: Pick<Visit, 'url' | 'form'>): string | undefined => {
  const all = [...url.searchParams.getAll('state'), ...form.getAll('state'), ...form.getAll('RelayState')]
  return all.length === 1 ? all[0] : undefined
}

/** A way back that is not the one this sign-in waits for: repeated, from before a new try, or made up. */
export const isStray = (
  transaction: StoredTransaction,
  { input, visit }: { readonly input?: Input | undefined; readonly visit: Visit },
): boolean =>
  input?.kind === 'callback' && transaction.stage === 'routed' && transaction.leg !== undefined && !endsLeg(transaction.leg, visit)

/** Whether a callback carries the state this leg was begun with. */
const endsLeg = ({ state }: Leg, callback: Visit): boolean => isSameText(state, callbackState(callback) ?? '')
