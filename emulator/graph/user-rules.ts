import type { World } from '../world.ts'
import type { DirectoryUser, Domain } from '../world-state.ts'
import { countryCodes } from './countries.ts'
import { anonymousConflict, badRequest, invalidValue, missingValue, namedConflict } from './graph-failure.ts'
import { recycleBin } from './recycle-bin.ts'
import type { UserInput } from './user-input.ts'

const REQUIRED = ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName', 'passwordProfile'] as const
const PRINCIPAL_NAME = /^[A-Za-z0-9'._!#^~-]{1,64}@[A-Za-z0-9.-]{1,48}$/
const LONGEST_PRINCIPAL_NAME = 113
// ASCII without the characters Graph's reference names.
const NICKNAME = /^[!#$%&'*+./0-9=?A-Z^_`a-z{|}~-]+$/
const ANCHOR_STRANGERS = /[$_]/
const SHORTEST_PASSWORD = 8
const LONGEST_PASSWORD = 256
const NEEDED_CLASSES = 3
const CHARACTER_CLASSES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]

const field = (input: UserInput, name: string): string | undefined => {
  const value = input[name]
  return typeof value === 'string' ? value : undefined
}

const localPart = (principalName: string): string => principalName.slice(0, principalName.lastIndexOf('@'))

// Only names of this list itself: a subdomain counts when it was added.
const verifiedDomain = (world: World, principalName: string): Domain => {
  const domain = world.state.domains[principalName.slice(principalName.lastIndexOf('@') + 1).toLowerCase()]
  if (domain !== undefined) return domain
  throw badRequest(
    'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    [
      {
        code: 'InvalidValue',
        message: 'The domain portion of the userPrincipalName property is invalid.',
        target: 'userPrincipalName',
      },
    ],
  )
}

const checkPrincipalName = (name: string): void => {
  const local = localPart(name)
  const isBad = !PRINCIPAL_NAME.test(name) || name.length > LONGEST_PRINCIPAL_NAME
  if (isBad || local.startsWith('.') || local.endsWith('.')) throw invalidValue('userPrincipalName')
}

const checkPassword = (input: UserInput): void => {
  const profile = input.passwordProfile
  const hasPassword = typeof profile === 'object' && profile !== null && 'password' in profile
  const password = hasPassword && typeof profile.password === 'string' ? profile.password : ''
  const classes = CHARACTER_CLASSES.filter((characters) => characters.test(password)).length
  const isLong = password.length >= SHORTEST_PASSWORD && password.length <= LONGEST_PASSWORD
  if (isLong && classes >= NEEDED_CLASSES) return
  throw badRequest('The specified password does not comply with password complexity requirements. Please provide a different password.')
}

const checkValues = (input: UserInput): void => {
  const location = field(input, 'usageLocation')
  if (location !== undefined && !countryCodes.has(location)) throw invalidValue('usageLocation')
  const nickname = field(input, 'mailNickname')
  if (nickname !== undefined && !NICKNAME.test(nickname)) throw invalidValue('mailNickname')
  const anchor = field(input, 'onPremisesImmutableId')
  if (anchor !== undefined && ANCHOR_STRANGERS.test(anchor)) throw invalidValue('onPremisesImmutableId')
  const kind = field(input, 'userType')
  if (kind !== undefined && kind !== 'Member' && kind !== 'Guest') throw invalidValue('userType')
}

const sameText = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

/** The addresses a user receives mail at, without their `SMTP:` prefix. */
export const addressesOf = (user: DirectoryUser): readonly string[] => {
  const list = user.properties.proxyAddresses
  return Array.isArray(list) ? list.map((address) => String(address).replace(/^smtp:/i, '')) : []
}

const isAddressTaken = (others: readonly DirectoryUser[], address: string): boolean =>
  others.some((other) => addressesOf(other).some((held) => sameText(held, address)))

/** The values that no two people may share, as they are about to be written. */
export interface UniqueValues {
  /** The object that is to hold them; undefined for a new one. */
  readonly id?: string
  readonly userPrincipalName: string | undefined
  readonly onPremisesImmutableId: string | undefined
  readonly mail: string | undefined
}

/** Throws 400 when somebody else holds one of the values. Names and addresses of the deleted are free, their anchors not. */
export const checkUnique = (world: World, values: UniqueValues): void => {
  const isOther = (user: DirectoryUser): boolean => user.id !== values.id
  const live = world.truth.live().filter(isOther)
  const { userPrincipalName: name, mail, onPremisesImmutableId: anchor } = values
  if (name !== undefined && live.some((other) => sameText(other.userPrincipalName, name))) {
    throw namedConflict('userPrincipalName')
  }
  if ([name, mail].some((address) => address !== undefined && isAddressTaken(live, address))) {
    throw namedConflict('proxyAddresses')
  }
  const holders = [...live, ...recycleBin(world.truth, world.clock.now()).filter(isOther)]
  if (anchor !== undefined && holders.some((other) => other.onPremisesImmutableId === anchor)) throw anonymousConflict()
}

const anchorRequired = (): Error => badRequest('SourceAnchor is a required property for creation of a federated user.')

/** Every rule a new user must meet (contract section 5.2). Throws 400. */
export const checkNewUser = (world: World, input: UserInput): void => {
  const absent = REQUIRED.find((name) => input[name] === undefined)
  if (absent !== undefined) throw missingValue(absent)
  const name = field(input, 'userPrincipalName') ?? ''
  checkPrincipalName(name)
  checkValues(input)
  const domain = verifiedDomain(world, name)
  checkPassword(input)
  const anchor = field(input, 'onPremisesImmutableId')
  if (domain.authenticationType === 'Federated' && anchor === undefined) throw anchorRequired()
  checkUnique(world, { userPrincipalName: name, onPremisesImmutableId: anchor, mail: field(input, 'mail') })
}

const isFederated = (world: World, principalName: string): boolean =>
  verifiedDomain(world, principalName).authenticationType === 'Federated'

/** Every rule a change must meet (contract section 5.7). Throws 400. */
export const checkChange = (world: World, user: DirectoryUser, input: UserInput): void => {
  if (user.properties.onPremisesSyncEnabled === true) {
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    )
  }
  const name = field(input, 'userPrincipalName')
  if (name !== undefined) checkPrincipalName(name)
  checkValues(input)
  const nextName = name ?? user.userPrincipalName
  const anchor = 'onPremisesImmutableId' in input ? field(input, 'onPremisesImmutableId') : user.onPremisesImmutableId
  if (isFederated(world, nextName) && anchor === undefined) throw anchorRequired()
  if (input.passwordProfile !== undefined) {
    if (isFederated(world, nextName)) throw badRequest('The password of a federated user cannot be set.')
    checkPassword(input)
  }
  const mail = field(input, 'mail')
  checkUnique(world, { id: user.id, userPrincipalName: name, onPremisesImmutableId: anchor, mail })
}

/** What must be free before a deleted user comes back under `name` (contract section 5.8). Throws 400. */
export const checkRestored = (world: World, user: DirectoryUser, name: string): void => {
  checkPrincipalName(name)
  verifiedDomain(world, name)
  const { id, onPremisesImmutableId } = user
  checkUnique(world, { id, userPrincipalName: name, onPremisesImmutableId, mail: undefined })
  const live = world.truth.live()
  if (addressesOf(user).some((address) => isAddressTaken(live, address))) throw namedConflict('proxyAddresses')
}
