import type { Profile } from './person.ts'
import type { ConnectionSettings } from './settings.ts'

/** Where an administrator says whose addresses the provider may speak for, because it does not say so itself. */
const GENERIC: ReadonlySet<string> = new Set(['oidc', 'oauth2', 'saml', 'ldap'])
/** Whose own word counts, and for which domains they give it. */
const AUTHORITIES: ReadonlySet<string> = new Set(['google', 'google-workspace', 'microsoft'])

type Linked = Pick<ConnectionSettings, 'type' | 'linking' | 'authoritativeFor' | 'directory'>

/** What is wrong with how a connection is said to link; undefined when nothing is. */
export const linkingProblem = ({ type, linking, authoritativeFor, directory }: Linked): string | undefined => {
  if (linking && directory) return 'linking: a directory says itself who its people are'
  if (authoritativeFor && linking !== 'verified-email') return 'authoritativeFor: only with linking by verified-email'
  if (authoritativeFor && !GENERIC.has(type)) return `authoritativeFor: not at ${type}, which is known to be or not to be`
  if (linking !== 'verified-email' || AUTHORITIES.has(type) || (GENERIC.has(type) && authoritativeFor)) return undefined
  return GENERIC.has(type)
    ? 'linking: by verified-email needs authoritativeFor'
    : `linking: ${type} is no authority on addresses, so only explicit`
}

/** Whether its people may be identities of users who came another way. */
export const allowsLinking = ({ linking, directory }: Pick<Linked, 'linking' | 'directory'>): boolean =>
  linking !== undefined && directory === undefined

/** Printable ASCII around the last @: no other text has one lower case. */
const ADDRESS = /^[\x21-\x7e]+@[\x21-\x3f\x41-\x7e]+$/

/** An address as it is compared: A to Z in lower case, and nothing else folded. Undefined for one that is not in ASCII. */
export const comparableAddress = (address: string): string | undefined => (ADDRESS.test(address) ? lowerAscii(address) : undefined)

const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/**
 * The address by which somebody new is the user who has it already; undefined where this connection, or this profile, does
 * not say whose it is with enough authority. Whether there is such a user is another question.
 */
export const authoritativeAddress = (
  { email, emailVerified, emailAuthority }: Pick<Profile, 'email' | 'emailVerified' | 'emailAuthority'>,
  settings: Linked,
): string | undefined => {
  const { type, linking, authoritativeFor = [] } = settings
  if (linking !== 'verified-email' || !allowsLinking(settings) || emailVerified !== true || email === undefined) return undefined
  const address = comparableAddress(email)
  if (address === undefined) return undefined
  const isGiven = AUTHORITIES.has(type) && emailAuthority === true
  return isGiven || (GENERIC.has(type) && authoritativeFor.includes(domainOf(address))) ? address : undefined
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/**
 * Whether others may become a user of this connection by an address that was verified there. Who runs a provider of an unknown
 * kind writes there what they like, and would wait for whoever has the address: so theirs count as far as they give them.
 */
export const mayHost = (settings: Linked, address: string): boolean => {
  const { type, authoritativeFor = [] } = settings
  return allowsLinking(settings) && (!GENERIC.has(type) || authoritativeFor.includes(domainOf(address)))
}
