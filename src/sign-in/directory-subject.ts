import { UsherError } from '#kernel/errors.ts'
import type { DirectorySubject, Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'

// What Entra takes for people it did not get from us; a wider alphabet than the one we make ourselves.
const IMMUTABLE_ID = /^[A-Za-z0-9+/=.@-]{1,64}$/
const USER_PRINCIPAL_NAME = /^[^\s@'"<>&]{1,64}@[A-Za-z0-9.-]{1,255}$/

/** The subject a directory names for its own person, in the two attributes its settings name. Throws `subject_invalid`. */
export const directorySubject = (profile: Profile, attributes: NonNullable<ConnectionSettings['directory']>): DirectorySubject => {
  const immutableId = textOf(profile, attributes.immutableIdAttribute)
  const userPrincipalName = textOf(profile, attributes.userPrincipalNameAttribute)
  if (!immutableId || !IMMUTABLE_ID.test(immutableId)) throw invalid(attributes.immutableIdAttribute)
  if (!userPrincipalName || !USER_PRINCIPAL_NAME.test(userPrincipalName)) throw invalid(attributes.userPrincipalNameAttribute)
  return { immutableId, userPrincipalName }
}

const textOf = (profile: Profile, attribute: string): string | undefined => {
  const value = Object.hasOwn(profile.attributes, attribute) ? profile.attributes[attribute] : undefined
  return typeof value === 'string' ? value : undefined
}

const invalid = (attribute: string) => new UsherError('subject_invalid', { detail: { attribute } })
