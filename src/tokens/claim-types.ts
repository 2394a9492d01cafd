import { UsherError } from '#kernel/errors.ts'
import type { Claims } from '#kernel/token.ts'
import { isXmlText } from '#lib/xml.ts'

/** A claim as SAML 1.1 splits its name: everything before the last slash, and what follows it. */
export interface ClaimType {
  readonly namespace: string
  readonly name: string
}

export const UPN: ClaimType = { namespace: 'http://schemas.xmlsoap.org/claims', name: 'UPN' }
export const IMMUTABLE_ID: ClaimType = { namespace: 'http://schemas.microsoft.com/LiveID/Federation/2008/05', name: 'ImmutableID' }
export const METHODS: ClaimType = { namespace: 'http://schemas.microsoft.com/claims', name: 'authnmethodsreferences' }
export const METHOD: ClaimType = { namespace: 'http://schemas.microsoft.com/ws/2008/06/identity/claims', name: 'authenticationmethod' }
export const SECOND_FACTOR_AT: ClaimType = {
  namespace: 'http://schemas.microsoft.com/ws/2017/04/identity/claims',
  name: 'multifactorauthenticationinstant',
}

/** The value that tells the relying party that a second factor was used. */
export const SECOND_FACTOR_DONE = 'http://schemas.microsoft.com/claims/multipleauthn'

/** Where names without a namespace of their own go. */
const OWN_NAMESPACE = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** Who somebody is, how they proved it, and who says so: never up to claims, in whatever namespace or spelling. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'upn',
  'userprincipalname',
  'immutableid',
  'nameidentifier',
  'nameid',
  'authnmethodsreferences',
  'authenticationmethod',
  'authenticationinstant',
  'multifactorauthenticationinstant',
  'multipleauthn',
  'wiaormultiauthn',
  'issuer',
  'issuerid',
  'primarysid',
  'onpremobjectguid',
  'accounttype',
  'alternateloginid',
  // Being inside the organization's network spares people a second factor.
  'insidecorporatenetwork',
])
const RESERVED_NAMESPACES = ['//schemas.microsoft.com/liveid', '//schemas.microsoft.com/claims', '//schemas.microsoft.com/identity/claims']

/** One claim of a token that is not about its subject. */
export interface PermittedClaim {
  readonly type: ClaimType
  readonly values: readonly string[]
}

/**
 * The claims a rule may make, split for SAML 1.1; reserved ones, odd names, and false word of a second factor are left out.
 * Throws `claims_invalid` for a value that XML cannot carry: shortened, it would say something else.
 */
export const permittedClaims = (claims: Claims): readonly PermittedClaim[] =>
  Object.entries(claims)
    .filter(([fullName]) => PLAIN_NAME.test(fullName))
    .map(([fullName, value]) => ({ type: splitName(fullName), values: typeof value === 'string' ? [value] : value }))
    .filter(({ type, values }) => values.length > 0 && !isReserved(type) && !values.some(isReservedValue))
    .map(carriable)

/** What addresses and plain words are made of: two names that look alike, or that somebody decodes to the same, are not both plain. */
const PLAIN_NAME = /^[A-Za-z0-9_.:/#~+-]{1,512}$/

const splitName = (fullName: string): ClaimType => {
  const slash = fullName.lastIndexOf('/')
  return slash > 0 ? { namespace: fullName.slice(0, slash), name: fullName.slice(slash + 1) } : { namespace: OWN_NAMESPACE, name: fullName }
}

const isReserved = ({ namespace, name }: ClaimType): boolean => {
  const letters = name.toLowerCase().replace(/[^a-z]/g, '')
  return letters === '' || RESERVED_NAMES.has(letters) || RESERVED_NAMESPACES.some((reserved) => namespace.toLowerCase().includes(reserved))
}

const isReservedValue = (value: string): boolean =>
  value
    .trim()
    .toLowerCase()
    .replace(/^https:/, 'http:')
    .replace(/\/+$/, '') === SECOND_FACTOR_DONE

const carriable = (claim: PermittedClaim): PermittedClaim => {
  if (claim.values.every(isXmlText)) return claim
  throw new UsherError('claims_invalid', { detail: { reason: 'a character that XML cannot carry' } })
}
