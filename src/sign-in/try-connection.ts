import type { Connection, PasswordConnection, RedirectConnection } from '#connections/connection.ts'
import { type Clock, ONE_MINUTE_MS } from '#kernel/clock.ts'
import type { Trial, TrialOutcome } from '#kernel/connection-trial.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { connectionFingerprint } from '#lib/connection-fingerprint.ts'
import { guid } from '#lib/guid.ts'
import { isSameText } from '#lib/same-text.ts'
import { callbackState, callbackUrlOf, isAtLegacyAddress, wayTo } from './authenticate.ts'
import type { TestBook, TrialBook } from './books.ts'
import { failedWith, outcomeOf, trialPage } from './trial-outcome.ts'

export interface TrialParts {
  readonly books: { readonly connectionTrials: TrialBook; readonly connectionTests: TestBook }
  readonly connection: (settings: ConnectionSettings) => Connection
  readonly publicUrl: URL
  readonly clock: Pick<Clock, 'now'>
  readonly randomness: Randomness
  readonly log: Log
}

/** Who orders a test, for the audit. */
export interface TrialOrder {
  readonly connection: ConnectionSettings
  readonly by: string
}

const TEN_MINUTES_MS = 10 * ONE_MINUTE_MS
const ID_BYTES = 16
/** How a state begins that belongs to a test. No transaction is called so. */
const MARK = 'test'

/** Whether somebody comes back from a test rather than from a sign-in. */
export const isOfTrial = (callback: Visit): boolean => trialIn(callback) !== undefined

const trialIn = (callback: Visit): string | undefined => {
  const [mark, id] = callbackState(callback)?.split('.') ?? []
  return mark === MARK ? id : undefined
}

/**
 * A test goes the same way as a sign-in, with the connection's own code, and ends on a page that leads nowhere: no
 * transaction, no user, no session. It is the one way into a connection that is not usable, and takes a ticket.
 */
export const connectionTrials = (parts: TrialParts) => ({
  /** A ticket for one browser, good for ten minutes. Throws `settings_invalid`. */
  order: (order: TrialOrder) => orderTrial(order, parts),
  /** The browser that opens a ticket first is sent to the provider. Throws `link_unknown` for everybody else. */
  leave: (ticket: string, visit: Visit) => leave(ticket, visit, parts),
  /** Back at the address of this connection, or at the one that names none. */
  comeBack: (name: string | undefined, visit: Visit) => comeBack(name, visit, parts),
  /** The test of a connection whose people type a password here. Throws `settings_invalid` for any other. */
  typePassword: (order: TrialOrder, typed: Typed) => typePassword(order, typed, parts),
  /** Where a test stands; undefined when it is not known any more. */
  find: async (id: string): Promise<Trial | undefined> => (await parts.books.connectionTrials.find(id, parts.clock.now()))?.trial,
  forget: (id: string) => parts.books.connectionTrials.remove(id),
})

const orderTrial = async ({ connection, by }: TrialOrder, parts: TrialParts) => {
  redirecting(connection, parts)
  const id = randomText(parts)
  const expiresAt = parts.clock.now() + TEN_MINUTES_MS
  await parts.books.connectionTrials.add({ stage: 'waiting', id, connection, by, reference: newReference(parts), expiresAt })
  return { id, url: new URL(`/connections/test/${id}`, parts.publicUrl).href, expiresAt }
}

const leave = async (ticket: string, visit: Visit, parts: TrialParts): Promise<Answer> => {
  const { connectionTrials } = parts.books
  const found = await connectionTrials.find(ticket, visit.at)
  if (found?.trial.stage !== 'waiting') throw new UsherError('link_unknown')
  const { trial, version } = found
  // Taken before the provider is asked, so that a ticket opens once.
  if (!(await connectionTrials.advance({ ...trial, stage: 'back' }, version))) throw new UsherError('link_unknown')
  try {
    const state = [MARK, trial.id, randomText(parts)].join('.')
    const callbackUrl = callbackUrlOf(trial.connection, parts.publicUrl)
    // Whoever opens a ticket chooses whom they show, also where they are signed in already.
    const departure = await redirecting(trial.connection, parts).begin({ callbackUrl, state, freshness: {}, choose: true })
    const away: Trial = { ...trial, stage: 'away', browser: visit.browser, leg: { state, memory: departure.memory } }
    if (!(await connectionTrials.advance(away, version + 1))) throw new UsherError('link_unknown')
    return wayTo(departure)
  } catch (error) {
    return ended({ trial, version: version + 1 }, failedWith(error, trial.reference), parts)
  }
}

const comeBack = async (name: string | undefined, visit: Visit, parts: TrialParts): Promise<Answer> => {
  const { connectionTrials } = parts.books
  const found = await connectionTrials.find(trialIn(visit) ?? '', visit.at)
  // What stands in the address anybody may have made up: only names of ours are written down.
  if (found?.trial.stage !== 'away') throw new UsherError('connection_answer_invalid', { detail: { reason: 'state' } })
  const { trial, version } = found
  const { browser, leg, ...rest } = trial
  const refused = (reason: string) => new UsherError('connection_answer_invalid', { detail: { reason, connection: trial.connection.name } })
  if (browser !== visit.browser) throw new UsherError('transaction_foreign')
  if (!isAtItsAddress(trial.connection, name, visit)) throw refused('callback')
  if (!isSameText(leg.state, callbackState(visit) ?? '')) throw refused('state')
  const back: Trial = { ...rest, stage: 'back' }
  if (!(await connectionTrials.advance(back, version))) throw refused('state')
  const callbackUrl = callbackUrlOf(trial.connection, parts.publicUrl)
  const outcome = await concluded(trial, parts, () => redirecting(trial.connection, parts).complete(visit, { ...leg, callbackUrl }))
  return ended({ trial: back, version: version + 1 }, outcome, parts)
}

const isAtItsAddress = (connection: ConnectionSettings, name: string | undefined, visit: Visit): boolean =>
  name === undefined ? isAtLegacyAddress(connection, visit) : !connection.legacyCallback && connection.name === name

/** What is typed into the test of a password connection. */
interface Typed {
  readonly username: string
  readonly password: string
}

/** The test has no socket of a person's: guesses of it are counted together. */
const HERE = '127.0.0.1'

const typePassword = async ({ connection, by }: TrialOrder, { username, password }: Typed, parts: TrialParts): Promise<TrialOutcome> => {
  const opened = asking(connection, parts)
  const reference = newReference(parts)
  return concluded({ connection, by, reference }, parts, () => opened.verify({ username, password, ip: HERE, at: parts.clock.now() }))
}

/** Asks the connection who it is, and keeps that it worked when it did. */
const concluded = async (
  { connection, by, reference }: Pick<Trial, 'connection' | 'by' | 'reference'>,
  { books, clock, log }: TrialParts,
  ask: () => ReturnType<PasswordConnection['verify']>,
): Promise<TrialOutcome> => {
  try {
    const profile = await ask()
    if (!profile) {
      log.warn('connection_test_failed', { reference, connection: connection.name, reason: 'wrong password' })
      return { kind: 'wrong' }
    }
    const outcome = outcomeOf(profile, connection, reference)
    if (outcome.kind !== 'proven') return outcome
    const fingerprint = connectionFingerprint(connection)
    await books.connectionTests.add({ connection: connection.name, fingerprint, at: clock.now(), by }, reference)
    log.info('connection_tested', { reference, connection: connection.name })
    return outcome
  } catch (error) {
    log.warn('connection_test_failed', { reference, connection: connection.name, error })
    return failedWith(error, reference)
  }
}

const ended = async (
  { trial, version }: { readonly trial: Trial; readonly version: number },
  outcome: TrialOutcome,
  { books }: TrialParts,
): Promise<Answer> => {
  await books.connectionTrials.advance({ ...trial, stage: 'over', outcome }, version)
  return trialPage(outcome, trial.connection)
}

const redirecting = (settings: ConnectionSettings, { connection }: TrialParts): RedirectConnection => {
  const opened = connection(settings)
  if (opened.kind === 'redirect') return opened
  throw unfit(settings, 'its people type a password: give user name and password')
}

const asking = (settings: ConnectionSettings, { connection }: TrialParts): PasswordConnection => {
  const opened = connection(settings)
  if (opened.kind === 'password') return opened
  throw unfit(settings, 'its people go elsewhere: open the address of a test instead')
}

const unfit = ({ name }: ConnectionSettings, problem: string) =>
  new UsherError('settings_invalid', { detail: { connection: name, problem: `${name}: ${problem}` } })

const randomText = ({ randomness }: Pick<TrialParts, 'randomness'>): string => randomness.bytes(ID_BYTES).toString('base64url')

const newReference = ({ randomness }: Pick<TrialParts, 'randomness'>): string => guid(randomness.bytes(ID_BYTES))
