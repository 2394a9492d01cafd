import { UsherError } from '#kernel/errors.ts'
import type { FailureCode } from '#kernel/errors.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Authenticated, Opened, Routed } from '#kernel/transaction.ts'
import type { Answer } from '#kernel/visit.ts'
import { hoppedBefore, takeHop } from './hop.ts'
import { satisfies } from './sessions.ts'
import { ask, connectionsOf, next, type Occasion, pagePath, type Step } from './step.ts'

/** Opened → authenticated when this browser is remembered well enough, else → routed by home realm discovery. */
export const chooseConnection: Step<Opened> = async (transaction, occasion) => {
  const remembered = await recall(transaction, occasion)
  if (remembered) return next(remembered)
  const choices = capable(transaction, occasion)
  if (choices.length === 0) throw new UsherError(connectionsOf(occasion).length === 0 ? 'settings_invalid' : 'second_factor_required')
  if (occasion.input?.kind === 'choose') return next(route(transaction, chosen(choices, occasion.input.connection)))
  if (await wantsToChoose(transaction, occasion)) return ask({ ...transaction, fresh: true }, chooserPage(transaction, occasion))
  const discovered = await discover(transaction, choices, occasion)
  return discovered ? next(route(transaction, discovered)) : ask(transaction, chooserPage(transaction, occasion))
}

/** The person said so, or came back from the relying party as if nothing had happened. */
const wantsToChoose = async (transaction: Opened, { input, parts, visit }: Occasion): Promise<boolean> =>
  transaction.fresh === true || input?.kind === 'ways' || hoppedBefore(parts.books.grants, transaction, visit.at)

/** The ways there are to go on, as a page; with a notice when the last one did not work. */
export const chooserPage = (transaction: Opened | Routed, occasion: Occasion, notice?: FailureCode): Answer => ({
  kind: 'page',
  status: 200,
  page: {
    name: 'chooser',
    service: occasion.relyingParty.name,
    choices: capable(transaction, occasion).map((one) => ({
      label: one.label,
      brand: one.brand,
      href: pagePath(transaction.id, `/connection/${encodeURIComponent(one.name)}`),
      lastUsed: occasion.visit.lastConnection === one.id,
    })),
    ...(notice && { notice }),
  },
})

const capable = (transaction: Opened | Routed, occasion: Occasion): readonly ConnectionSettings[] =>
  connectionsOf(occasion).filter((one) => !transaction.request.freshness.secondFactor || one.secondFactor)

const byName = (choices: readonly ConnectionSettings[], name: string) => choices.find((one) => one.name === name)

const chosen = (choices: readonly ConnectionSettings[], name: string): ConnectionSettings => {
  const found = byName(choices, name)
  if (!found) throw new UsherError('connection_unknown')
  return found
}

const route = ({ stage: _, ...opened }: Opened, connection: ConnectionSettings): Routed => ({
  ...opened,
  stage: 'routed',
  connection: connection.id,
})

/** The session of this browser, or the grant that a hop through the relying party left, taken for an answer. */
const recall = async (transaction: Opened, occasion: Occasion): Promise<Authenticated | undefined> => {
  if (transaction.fresh || occasion.input?.kind === 'ways') return undefined
  const { visit, parts } = occasion
  const { session } = visit
  const good = session && satisfies(session.authentication, transaction.request.freshness, visit.at)
  const known = good ? session : await grantFor(transaction, occasion)
  if (!known) return undefined
  const connection = connectionsOf(occasion).find((one) => one.id === known.connection)
  // A connection that was switched off no longer vouches for anybody.
  if (!connection) return undefined
  const standing = await parts.books.people.standing(known.user, occasion.relyingParty.target)
  // Only its own sign-in says who a directory's person is.
  if (!standing || (connection.directory && !standing.subject)) return undefined
  const { fresh: _fresh, stage: _stage, ...base } = transaction
  return {
    ...base,
    stage: 'authenticated',
    connection: connection.id,
    user: standing.user,
    authentication: known.authentication,
    silent: true,
    attributes: {},
    standing,
    ...(await expectation(transaction, standing.user.id, standing.subject?.userPrincipalName, occasion)),
  }
}

const grantFor = async (transaction: Opened, occasion: Occasion) => {
  if (transaction.request.onward) return undefined
  const grant = await takeHop(occasion.parts.books.grants, transaction, occasion.visit.at)
  const wantsSecondFactor = transaction.request.freshness.secondFactor
  // The hop's own sign-in was fresh; only a second factor it did not have must still be asked for.
  return grant && (!wantsSecondFactor || grant.authentication.secondFactor) ? grant : undefined
}

/** Asks "you are A" when the relying party's user name is the account of somebody else. */
export const expectation = async (
  transaction: Opened | Routed,
  user: string,
  userPrincipalName: string | undefined,
  occasion: Occasion,
): Promise<Pick<Authenticated, 'question'>> => {
  const { username } = transaction.request
  if (!username || username.toLowerCase() === userPrincipalName?.toLowerCase()) return {}
  const owner = await occasion.parts.books.people.userOfPrincipal(occasion.relyingParty.target, username)
  return owner === undefined || owner === user ? {} : { question: { expected: username } }
}

/** Home realm discovery: what the request names, whose account it names, else the only way there is. */
const discover = async (
  transaction: Opened,
  choices: readonly ConnectionSettings[],
  occasion: Occasion,
): Promise<ConnectionSettings | undefined> => {
  const { homeRealm, username } = transaction.request
  const named = homeRealm && (byName(choices, homeRealm) ?? byRealm(choices, homeRealm))
  if (named) return named
  const owner = username && (await occasion.parts.books.people.userOfPrincipal(occasion.relyingParty.target, username))
  const standing = owner ? await occasion.parts.books.people.standing(owner, occasion.relyingParty.target) : undefined
  const usual = standing && choices.find((one) => one.id === standing.user.identity.connection)
  if (usual) return usual
  const domain = username?.split('@')[1]
  const ofDomain = domain && byRealm(choices, domain)
  return ofDomain || (choices.length === 1 ? choices[0] : undefined)
}

const byRealm = (choices: readonly ConnectionSettings[], realm: string) =>
  choices.find((one) => one.homeRealms.some((known) => known.toLowerCase() === realm.toLowerCase()))
