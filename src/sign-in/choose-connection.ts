import { UsherError } from '#kernel/errors.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Authenticated, Freshness, Opened, Routed } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import type { Session } from '#kernel/session.ts'
import { discover, route } from './home-realm.ts'
import { type HopGrant, hoppedBefore, takeHop } from './hop.ts'
import { isKept, satisfies, satisfiesSecondFactor, wasProvenSince } from './sessions.ts'
import { ask, connectionsOf, next, type Occasion, type Step, vouchesFor } from './step.ts'
import { typeEmail } from './type-email.ts'
import { capable, chooserPage } from './ways.ts'

/** Opened → authenticated when this browser is remembered well enough, else → routed by home realm discovery. */
export const chooseConnection: Step<Opened> = async (transaction, occasion) => {
  const remembered = await recall(transaction, occasion)
  if (remembered) return next(remembered)
  const choices = capable(transaction, occasion)
  if (choices.length === 0) throw new UsherError(connectionsOf(occasion).length === 0 ? 'settings_invalid' : 'second_factor_required')
  const { input, relyingParty } = occasion
  if (input?.kind === 'choose') return next(route(transaction, chosen(choices, input.connection), { relyingParty }))
  if (input?.kind === 'email') return typeEmail(transaction, occasion)
  if (await wantsToChoose(transaction, occasion)) {
    const { hint: _, ...anew } = transaction
    return ask({ ...anew, fresh: true }, chooserPage(transaction, occasion))
  }
  const only = await discovered(transaction, choices, occasion)
  const [found, another] = only
  if (found && !another) return next(route(transaction, found, { relyingParty }))
  return ask(transaction, chooserPage(transaction, occasion, found && { only }))
}

/** The person said so, or came back from the relying party as if nothing had happened. */
const wantsToChoose = async (transaction: Opened, { input, parts, visit }: Occasion): Promise<boolean> => {
  if (input?.kind === 'ways') return true
  // Whoever typed an address chose already.
  if (transaction.hint !== undefined) return false
  return transaction.fresh === true || hoppedBefore(parts.books.grants, transaction, visit.at)
}

const chosen = (choices: readonly ConnectionSettings[], name: string): ConnectionSettings => {
  const found = choices.find((one) => one.name === name)
  if (!found) throw new UsherError('connection_unknown')
  return found
}

const discovered = ({ hint, request }: Opened, choices: readonly ConnectionSettings[], { relyingParty, parts }: Occasion) => {
  const { people } = parts.books
  const usual = async (userPrincipalName: string) => {
    const owner = await people.userOfPrincipal(relyingParty.target, userPrincipalName)
    const standing = owner === undefined ? undefined : await people.standing(owner, relyingParty.target)
    return standing?.user.identity.connection
  }
  return discover({ hint, homeRealm: request.homeRealm, username: request.username }, { choices, relyingParty, usual })
}

/** The session of this browser, or the grant that a hop through the relying party left, taken for an answer. */
const recall = async (transaction: Opened, occasion: Occasion): Promise<Authenticated | undefined> => {
  if (transaction.fresh || occasion.input?.kind === 'ways') return undefined
  const { parts } = occasion
  const known = rememberedFor(transaction, occasion) ?? (await grantFor(transaction, occasion))
  if (!known) return undefined
  const { identity } = known
  const connection = connectionsOf(occasion).find((one) => vouchesFor(one, known))
  if (!connection) return undefined
  const standing = await parts.books.people.standing(known.user, occasion.relyingParty.target)
  // Only its own sign-in says who a directory's person is.
  if (!standing || (connection.directory && !standing.subject)) return undefined
  const { fresh: _fresh, hint: _hint, stage: _stage, ...base } = transaction
  return {
    ...base,
    stage: 'authenticated',
    connection: connection.id,
    ...(identity && { identity }),
    user: standing.user,
    authentication: known.authentication,
    silent: true,
    attributes: {},
    standing,
    ...(await expectation(transaction, standing.user.id, standing.subject?.userPrincipalName, occasion)),
  }
}

const rememberedFor = ({ request }: Opened, { visit, relyingParty }: Occasion): Session | undefined => {
  const { session, at } = visit
  const isGood = session && isKept(session, relyingParty, at) && satisfies(session.authentication, request.freshness, at)
  return isGood ? session : undefined
}

const grantFor = async (transaction: Opened, occasion: Occasion) => {
  if (transaction.request.onward || transaction.request.own) return undefined
  const grant = await takeHop(occasion.parts.books.grants, transaction, occasion.visit.at)
  if (!grant || !mayAnswer(grant, transaction.request.freshness, occasion.visit)) return undefined
  // Sessions end with the way they came by; a grant is only found here.
  return (await isGoodStill(grant, occasion)) ? grant : undefined
}

const isGoodStill = async ({ user, connection, identity, since }: HopGrant, { parts: { books } }: Occasion): Promise<boolean> => {
  if (!identity || since === undefined || !(await books.people.isTheirs(user, identity))) return false
  return !(await books.people.isOver({ user, connection, since }))
}

/**
 * The hop's own sign-in was fresh, unless by a session, a ticket, or a provider that says it asked for nothing; a second
 * factor it did not have, or not lately, must still be asked for. Where somebody else is signed in since, it is over.
 */
const mayAnswer = ({ user, isSilent, authentication, since }: HopGrant, freshness: Freshness, { session, at }: Visit): boolean => {
  if (session && session.user !== user) return false
  const isFresh = !isSilent && since !== undefined && wasProvenSince(authentication, since)
  return isFresh ? satisfiesSecondFactor(authentication, freshness, at) : satisfies(authentication, freshness, at)
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
