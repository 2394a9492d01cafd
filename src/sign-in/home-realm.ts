import type { ConnectionId } from '#kernel/person.ts'
import type { ConnectionSettings, RelyingParty } from '#kernel/settings.ts'
import type { Opened, Routed } from '#kernel/transaction.ts'
import { domainOfAddress, isWithin, mailDomain } from '#lib/mail-domain.ts'

/** What is known of where somebody signs in. */
export interface Clues {
  /** An address the person just typed. */
  readonly hint?: string | undefined
  /** A connection or a domain the relying party mentions. */
  readonly homeRealm?: string | undefined
  /** A user name the relying party mentions. */
  readonly username?: string | undefined
}

export interface Ground {
  /** The connections that may be used, in their order. */
  readonly choices: readonly ConnectionSettings[]
  readonly relyingParty: Pick<RelyingParty, 'domains'>
  /** Through which connection the person signs in whose account has this name. */
  readonly usual: (userPrincipalName: string) => Promise<ConnectionId | undefined>
}

/** Home realm discovery: one connection is where to go; several are a choice among them; none is a choice among all. */
export const discover = async (clues: Clues, ground: Ground): Promise<readonly ConnectionSettings[]> => {
  const { choices } = ground
  if (clues.hint !== undefined) return behindAddress(clues.hint, ground)
  const named = clues.homeRealm === undefined ? [] : behindRealm(clues.homeRealm, ground)
  if (named.length > 0) return named
  const meant = clues.username === undefined ? [] : await behindUsername(clues.username, ground)
  if (meant.length > 0) return meant
  return choices.length === 1 ? choices : []
}

type Settled = Pick<Ground, 'choices' | 'relyingParty'>

/** Where the people of an address's domain sign in; nobody is looked up, so the answer tells of domains and not of people. */
export const behindAddress = (address: string, ground: Settled): readonly ConnectionSettings[] => behind(domainOfAddress(address), ground)

const behindRealm = (realm: string, ground: Settled): readonly ConnectionSettings[] => {
  const byName = ground.choices.filter(({ name }) => name === realm)
  return byName.length > 0 ? byName : behind(mailDomain(realm), ground)
}

const behindUsername = async (username: string, ground: Ground): Promise<readonly ConnectionSettings[]> => {
  const connection = await ground.usual(username)
  const usual = ground.choices.filter(({ id }) => id === connection)
  return usual.length > 0 ? usual : behindAddress(username, ground)
}

/**
 * A domain Microsoft federated with us is one of our own names for people, wherever they come from: it says where they
 * sign in only at a directory, which gave it to them.
 */
const behind = (domain: string | undefined, { choices, relyingParty }: Settled): readonly ConnectionSettings[] => {
  if (domain === undefined) return []
  const isOurs = isFederated(domain, relyingParty)
  return choices.filter((one) => isHomeOf(one, domain) && (one.directory !== undefined || !isOurs))
}

/** Exactly this domain: one below it may be anybody's. */
const isHomeOf = ({ homeRealms }: ConnectionSettings, domain: string): boolean => homeRealms.some((realm) => realm.toLowerCase() === domain)

/** Those below a federated root domain are federated with it. */
export const isFederated = (domain: string, { domains }: Pick<RelyingParty, 'domains'>): boolean => isWithin(domain, Object.keys(domains))

/** On to a connection; what the person typed goes along where it belongs, and nowhere else. */
export const route = (
  { stage: _, hint, ...opened }: Opened,
  connection: ConnectionSettings,
  ground: Pick<Ground, 'relyingParty'>,
): Routed => {
  const isIts = hint !== undefined && behindAddress(hint, { ...ground, choices: [connection] }).length > 0
  return { ...opened, stage: 'routed', connection: connection.id, ...(isIts && { hint }) }
}
