import { UsherError } from '#kernel/errors.ts'
import type { Method, Profile } from '#kernel/person.ts'
import type { LdapEntry } from './ldap-link.ts'
import type { LdapSettings } from './ldap-settings.ts'
import { guidText, isInParts, octetsOf, textOf, textsOf } from './ldap-values.ts'
import { profileFrom } from '../profile.ts'

/** What is read of everybody, by Auth0's names for it. */
const USUAL = [
  'displayName',
  'givenName',
  'sn',
  'cn',
  'mail',
  'memberOf',
  'department',
  'company',
  'co',
  'st',
  'description',
  'postalCode',
  'telephoneNumber',
  'manager',
] as const

const OWN: Readonly<Record<LdapSettings['kind'], readonly string[]>> = {
  'active-directory': ['userPrincipalName', 'sAMAccountName', 'mailNickname', 'objectGUID', 'mS-DS-ConsistencyGuid'],
  ldap: ['uid', 'entryUUID'],
}

/** Octets that are no text; they are passed on as base64, the form Entra Connect uses. */
const BINARY = new Set(['objectguid', 'ms-ds-consistencyguid', 'objectsid'])

/** Names that are ours to give: an attribute called so is not passed on. */
const DERIVED = new Set(['dn', 'groups', 'nickname', 'sub', 'email', 'email_verified', 'name', 'given_name', 'family_name'])

/** All that is read of a person, besides what says whether the account may be used. */
export const profileAttributes = ({ kind, attributes, subjectAttribute, principalAttribute }: LdapSettings): readonly string[] => {
  const all = [...OWN[kind], ...USUAL, subjectAttribute, principalAttribute, ...attributes]
  return all.filter((name, index) => all.findIndex((one) => one.toLowerCase() === name.toLowerCase()) === index)
}

interface Proof {
  readonly issuer: string
  readonly at: number
  readonly method: Method
  readonly groups: readonly string[]
}

/** What a directory says of its own person. Throws `profile_incomplete`. */
export const ldapProfile = (entry: LdapEntry, settings: LdapSettings, { issuer, at, method, groups }: Proof): Profile => {
  const email = textsOf(entry, 'mail')[0]
  const claims = {
    ...immutableIdOf(entry, settings),
    ...passedOn(entry, settings),
    dn: entry.dn,
    sub: subjectOf(entry, settings),
    ...(email && { email, email_verified: settings.mailIsVerified }),
    name: textOf(entry, 'displayName') ?? textsOf(entry, 'cn')[0],
    given_name: textOf(entry, 'givenName'),
    family_name: textsOf(entry, 'sn')[0],
    ...nicknameOf(entry, settings),
    groups,
  }
  const written = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
  const profile = profileFrom({ issuer, claims: written, authentication: { at, method }, takesTextForTrue: false })
  // Rules decide by groups: a profile that one fell out of would look like that of somebody who is not in it.
  const kept = profile.attributes['groups']
  if (!Array.isArray(kept) || kept.length < groups.length) throw incomplete('groups')
  return profile
}

const incomplete = (attribute: string) => new UsherError('profile_incomplete', { detail: { attribute } })

const passedOn = (entry: LdapEntry, settings: LdapSettings): Readonly<Record<string, unknown>> => {
  const isOurs = (name: string) =>
    DERIVED.has(name) || name === 'memberof' || (name === 'immutableid' && settings.kind === 'active-directory')
  const wanted = profileAttributes(settings).filter((name) => !isOurs(name.toLowerCase()))
  // Rules decide by these as they do by groups.
  const part = wanted.find((name) => isInParts(entry, name))
  if (part !== undefined) throw incomplete(part)
  return Object.fromEntries(wanted.map((name) => [name, saidOf(entry, name)]))
}

const saidOf = (entry: LdapEntry, name: string): string | readonly string[] | undefined => {
  if (BINARY.has(name.toLowerCase())) return octetsOf(entry, name)?.toString('base64')
  const texts = textsOf(entry, name)
  return texts.length > 1 ? texts : texts[0]
}

const subjectOf = (entry: LdapEntry, { subjectAttribute }: LdapSettings): string => {
  const octets = octetsOf(entry, subjectAttribute)
  const subject = octets && (BINARY.has(subjectAttribute.toLowerCase()) ? binarySubject(octets) : textOf(entry, subjectAttribute))
  if (!subject) throw incomplete(subjectAttribute)
  return subject
}

const binarySubject = (octets: Buffer): string => guidText(octets) ?? octets.toString('hex')

/** What ties an account in Entra to this one, as Entra Connect finds it: the consistency GUID where one is set. */
const immutableIdOf = (entry: LdapEntry, { kind }: LdapSettings): { readonly immutableId?: string } => {
  if (kind !== 'active-directory') return {}
  const isSet = entry.values.get('ms-ds-consistencyguid')?.some((octets) => octets.length > 0)
  const octets = octetsOf(entry, isSet ? 'mS-DS-ConsistencyGuid' : 'objectGUID')
  if (!octets || guidText(octets) === undefined) throw incomplete('immutableId')
  return { immutableId: octets.toString('base64') }
}

const nicknameOf = (entry: LdapEntry, { principalAttribute }: LdapSettings) => {
  const nickname = textOf(entry, principalAttribute) ?? textsOf(entry, 'cn')[0]
  return nickname === undefined ? {} : { nickname }
}
