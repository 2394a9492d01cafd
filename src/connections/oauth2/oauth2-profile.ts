import type { ProfileMapping } from './oauth2-row.ts'
import type { UpstreamClaims } from '../profile.ts'

/** A profile of any make as claims, by the names of OpenID Connect; what is not mapped says nothing of what those decide. */
export const claimsFrom = (profile: UpstreamClaims, mapping: ProfileMapping): UpstreamClaims => {
  const { emailVerified } = mapping
  return {
    ...profile,
    sub: subjectIn(at(profile, mapping.subject)),
    email: at(profile, mapping.email),
    email_verified: typeof emailVerified === 'boolean' ? emailVerified : at(profile, emailVerified) === true,
    name: at(profile, mapping.name),
    given_name: at(profile, mapping.givenName),
    family_name: at(profile, mapping.familyName),
  }
}

/** Numbers are ids as well, as long as they are exact: past that two people would become one. */
const subjectIn = (value: unknown): unknown => (Number.isSafeInteger(value) ? String(value) : value)

const at = (profile: unknown, path: string | undefined): unknown => {
  let found = path === undefined ? undefined : profile
  for (const name of path?.split('.') ?? []) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = new Map<string, unknown>(Object.entries(found)).get(name)
  }
  return found
}
