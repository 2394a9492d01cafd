import type { Claims } from '#kernel/token.ts'

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
])
const RESERVED_NAMESPACES = ['//schemas.microsoft.com/liveid', '//schemas.microsoft.com/claims', '//schemas.microsoft.com/identity/claims']

/** The claims a rule may make, split for SAML 1.1; reserved ones, and false word of a second factor, are left out. */
export const permittedClaims = (claims: Claims): readonly { readonly type: ClaimType; readonly values: readonly string[] }[] =>
  Object.entries(claims)
    .map(([fullName, value]) => ({ type: splitName(fullName), values: typeof value === 'string' ? [value] : value }))
    .filter(({ type, values }) => values.length > 0 && !isReserved(type) && !values.some(isReservedValue))

const splitName = (fullName: string): ClaimType => {
  const slash = fullName.lastIndexOf('/')
  return slash > 0 ? { namespace: fullName.slice(0, slash), name: fullName.slice(slash + 1) } : { namespace: OWN_NAMESPACE, name: fullName }
}

const isReserved = ({ namespace, name }: ClaimType): boolean =>
  name.trim() === '' ||
  RESERVED_NAMES.has(name.toLowerCase().replace(/[^a-z]/g, '')) ||
  RESERVED_NAMESPACES.some((reserved) => namespace.toLowerCase().includes(reserved))

const isReservedValue = (value: string): boolean => value.trim().toLowerCase().replace(/^https:/, 'http:') === SECOND_FACTOR_DONE
