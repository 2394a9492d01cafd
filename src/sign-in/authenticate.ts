import type { PasswordConnection, RedirectConnection } from '#connections/connection.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Authenticated, Leg, Routed, StoredTransaction } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { isSameText } from '#lib/same-text.ts'
import { expectation } from './choose-connection.ts'
import { directorySubject } from './directory-subject.ts'
import { profileRoot } from './profile-root.ts'
import { satisfiesSecondFactor } from './sessions.ts'
import { ask, connectionsOf, type Input, next, type Occasion, type Outcome, pagePath, type Step, startOver } from './step.ts'

/** Routed → authenticated: the person proves who they are, here or at a provider. */
export const authenticate: Step<Routed> = async (transaction, occasion) => {
  const { input } = occasion
  if (input?.kind === 'ways') return next(startOver(transaction))
  const settings = connectionsOf(occasion).find((one) =>
    input?.kind === 'choose' ? one.name === input.connection : one.id === transaction.connection,
  )
  if (!settings) throw new UsherError('connection_unknown')
  const { leg: _leg, ...fresh } = transaction
  const routed = input?.kind === 'choose' ? { ...fresh, connection: settings.id } : transaction
  const connection = occasion.parts.connection(settings)
  return connection.kind === 'redirect'
    ? elsewhere(connection, settings, { transaction: routed, occasion })
    : here(connection, settings, { transaction: routed, occasion })
}

interface Going {
  readonly transaction: Routed
  readonly occasion: Occasion
}

const elsewhere = async (connection: RedirectConnection, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  const callbackUrl = new URL(`/login/callback/${encodeURIComponent(settings.name)}`, occasion.parts.publicUrl).href
  if (occasion.input?.kind === 'callback') {
    const leg = expectedLeg(going, settings)
    return recognized(await connection.complete(occasion.visit, { ...leg, callbackUrl }), settings, going)
  }
  // A password from a tab that was left behind: the way to the provider begins on a page of ours, never after a post.
  if (occasion.visit.method === 'POST') return ask(transaction, { kind: 'redirect', location: pagePath(transaction.id, '/next') })
  const state = `${transaction.id}.${occasion.parts.randomness.bytes(16).toString('base64url')}`
  const { username, language, freshness } = transaction.request
  const departure = await connection.begin({
    callbackUrl,
    state,
    freshness,
    choose: transaction.fresh === true,
    ...(username && { username }),
    ...(language && { language }),
  })
  const leg: Leg = { state, memory: departure.memory }
  return ask({ ...transaction, leg }, { kind: 'redirect', location: departure.location })
}

const expectedLeg = ({ transaction, occasion }: Going, settings: ConnectionSettings): Leg => {
  const { input, visit } = occasion
  const isItsOwn = input?.kind === 'callback' && input.connection === settings.name
  const { leg } = transaction
  if (!leg || !isItsOwn || !endsLeg(leg, visit))
    throw new UsherError('connection_answer_invalid', { detail: { connection: settings.name, reason: 'state' } })
  return leg
}

/** The state a provider sends back: in the query, or in the form of a `form_post`. One only. */
export const callbackState = (visit: Occasion['visit']): string | undefined => {
  const all = [...visit.url.searchParams.getAll('state'), ...visit.form.getAll('state')]
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

const here = async (connection: PasswordConnection, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  if (occasion.input?.kind !== 'password') return ask(transaction, passwordPage(settings, going, transaction.request.username ?? ''))
  const username = occasion.visit.form.get('username')?.trim() ?? ''
  const password = occasion.visit.form.get('password') ?? ''
  if (!username || !password) return ask(transaction, passwordPage(settings, going, username, 'missing'))
  const profile = await connection.verify({ username, password, ip: occasion.visit.ip, at: occasion.visit.at }).catch((error) => {
    if (error instanceof UsherError && error.code === 'too_many_requests') return 'too_many' as const
    throw error
  })
  if (profile === 'too_many' || profile === undefined) {
    const failure = profile === undefined ? 'wrong' : profile
    await recordRefusal(settings, going)
    return ask(transaction, passwordPage(settings, going, username, failure))
  }
  return recognized(profile, settings, going)
}

const recordRefusal = (settings: ConnectionSettings, { transaction, occasion }: Going): Promise<void> =>
  occasion.parts.books.ledger.record({
    type: 'password_refused',
    at: occasion.visit.at,
    reference: transaction.request.correlation,
    connection: settings.id,
    facts: { ip: occasion.visit.ip },
  })

const STATUS = { wrong: 422, missing: 422, too_many: 429 } as const

const passwordPage = (
  settings: ConnectionSettings,
  { transaction, occasion }: Going,
  username: string,
  problem?: keyof typeof STATUS,
): Answer => ({
  kind: 'page',
  status: problem ? STATUS[problem] : 200,
  page: {
    name: 'password',
    service: occasion.relyingParty.name,
    label: settings.label,
    action: pagePath(transaction.id, '/password'),
    username,
    ...(problem && { problem }),
    ...(connectionsOf(occasion).length > 1 && { otherWays: pagePath(transaction.id, '/ways') }),
  },
})

const recognized = async (profile: Profile, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  const { visit, parts } = occasion
  if (!satisfiesSecondFactor(profile.authentication, transaction.request.freshness, visit.at))
    throw new UsherError('second_factor_required', { detail: { connection: settings.name } })
  const identity = { connection: settings.id, issuer: profile.issuer, subject: profile.subject }
  const directory = settings.directory && directorySubject(profile, settings.directory)
  const user = await parts.books.people.recognize(identity, profile, visit.at)
  await parts.books.records.signedIn({ user, identity, connection: settings, root: profileRoot(profile), ip: visit.ip, at: visit.at })
  const { stage: _stage, leg: _leg, ...base } = transaction
  const standing = await parts.books.people.standing(user.id, occasion.relyingParty.target)
  const principal = standing?.subject?.userPrincipalName
  const authenticated: Authenticated = {
    ...base,
    stage: 'authenticated',
    user,
    authentication: profile.authentication,
    silent: false,
    attributes: profile.attributes,
    ...(directory && { directory }),
    ...(!transaction.fresh && (await expectation(transaction, user.id, principal, occasion))),
  }
  return next(authenticated)
}
