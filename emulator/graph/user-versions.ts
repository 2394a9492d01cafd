import type { SeededRandom } from '../random.ts'
import type { DirectoryUser } from '../world-state.ts'
import type { UserInput } from './user-input.ts'
import { ownProperties } from './user-properties.ts'
import { addressesOf } from './user-rules.ts'

/** Who makes a user, and when (milliseconds since the epoch). */
export interface Maker {
  readonly random: SeededRandom
  readonly now: number
  readonly clientId: string
}

/** ISO 8601 in whole seconds, as the directory writes instants. */
export const instant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const optionalText = <K extends string>(name: K, value: unknown): Partial<Record<K, string>> =>
  // A computed key widens to string, which the compiler does not narrow back.
  typeof value === 'string' ? ({ [name]: value } as Record<K, string>) : {}

const withAddress = (held: readonly string[], mail: unknown): Readonly<Record<string, unknown>> => {
  if (typeof mail !== 'string') return {}
  const others = held.filter((address) => address.toLowerCase() !== mail.toLowerCase())
  return { proxyAddresses: [`SMTP:${mail}`, ...others.map((address) => `smtp:${address}`)] }
}

const looseProperties = (input: UserInput): Readonly<Record<string, unknown>> => {
  // A password is used up by being set; nothing can read it back.
  const loose = Object.entries(input).filter(([name]) => !ownProperties.has(name) && name !== 'passwordProfile')
  return Object.fromEntries(loose)
}

/** A new user out of checked input. */
export const newUser = (maker: Maker, input: UserInput): DirectoryUser => {
  const madeAt = instant(maker.now)
  return {
    id: maker.random.guid(),
    userPrincipalName: textOf(input.userPrincipalName) ?? '',
    displayName: textOf(input.displayName) ?? '',
    mailNickname: textOf(input.mailNickname) ?? '',
    accountEnabled: input.accountEnabled === true,
    userType: input.userType === 'Guest' ? 'Guest' : 'Member',
    ...optionalText('onPremisesImmutableId', input.onPremisesImmutableId),
    ...optionalText('usageLocation', input.usageLocation),
    ...optionalText('givenName', input.givenName),
    ...optionalText('surname', input.surname),
    assignedLicenses: [],
    createdDateTime: madeAt,
    signInSessionsValidFromDateTime: madeAt,
    properties: { ...looseProperties(input), ...withAddress([], input.mail) },
    madeBy: maker.clientId,
  }
}

/** Somebody else with the same user principal name, whom an administrator made. */
export const strangerNamed = (maker: Maker, input: UserInput): DirectoryUser => ({
  ...newUser(maker, {
    ...input,
    displayName: 'Somebody Else',
    onPremisesImmutableId: `stranger-${maker.random.guid()}`,
  }),
  properties: {},
  madeBy: 'administrator',
})

const objectOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})

const ownChanges = (input: UserInput): Partial<DirectoryUser> =>
  Object.fromEntries(Object.entries(input).filter(([name, value]) => ownProperties.has(name) && value !== null))

const withoutCleared = (user: DirectoryUser, input: UserInput): DirectoryUser => {
  const kept = Object.entries(user).filter(([name]) => input[name] !== null)
  // Only properties that a user may lack can be null in a checked input.
  return Object.fromEntries(kept) as unknown as DirectoryUser
}

/** The user after a checked change; null clears. */
export const changedUser = (user: DirectoryUser, input: UserInput): DirectoryUser => {
  const extensions = {
    ...objectOf(user.properties.onPremisesExtensionAttributes),
    ...objectOf(input.onPremisesExtensionAttributes),
  }
  return {
    ...withoutCleared(user, input),
    ...ownChanges(input),
    properties: {
      ...user.properties,
      ...looseProperties(input),
      ...(input.onPremisesExtensionAttributes === undefined ? {} : { onPremisesExtensionAttributes: extensions }),
      ...withAddress(addressesOf(user), input.mail),
    },
  }
}
