import { attributeOf, type StrictElement } from '#lib/strict-xml.ts'
import { notFromHere } from '../provider-row.ts'
import type { UpstreamClaims } from '../profile.ts'
import { childOf, childrenOf } from './saml-elements.ts'
import { ASSERTION } from './saml-names.ts'
import type { SamlSettings } from './saml-settings.ts'

/** What is said of somebody, by attribute name. A value that is more than text is left out. */
export type SamlAttributes = ReadonlyMap<string, readonly string[]>

/** The attributes of an assertion. Some write a list as one attribute for each of its values. Throws `connection_answer_invalid`. */
export const attributesIn = (assertion: StrictElement): SamlAttributes => {
  const statement = childOf(assertion, ASSERTION, 'AttributeStatement')
  const attributes = statement ? childrenOf(statement, ASSERTION, 'Attribute') : []
  const read = new Map<string, readonly string[]>()
  for (const attribute of attributes) {
    const name = attributeOf(attribute, 'Name')
    if (!name) throw notFromHere('Attribute')
    read.set(name, [...(read.get(name) ?? []), ...childrenOf(attribute, ASSERTION, 'AttributeValue').flatMap(plainText)])
  }
  return read
}

const plainText = ({ children }: StrictElement): readonly string[] => {
  const parts = children.filter((child) => typeof child === 'string')
  return parts.length === children.length && parts.length > 0 ? [parts.join('')] : []
}

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/'

/** As ADFS and Entra, Shibboleth and eduPerson, Okta and Google, SimpleSAMLphp and Keycloak call them; the first that is there counts. */
const USUAL = {
  email: [`${CLAIMS}emailaddress`, 'urn:oid:0.9.2342.19200300.100.1.3', 'email', 'mail', 'Email', 'emailAddress', 'emailaddress'],
  name: ['http://schemas.microsoft.com/identity/claims/displayname', 'urn:oid:2.16.840.1.113730.3.1.241', 'displayName', 'displayname'],
  givenName: [`${CLAIMS}givenname`, 'urn:oid:2.5.4.42', 'givenName', 'givenname', 'firstName', 'first_name', 'FirstName'],
  familyName: [`${CLAIMS}surname`, 'urn:oid:2.5.4.4', 'sn', 'surname', 'lastName', 'last_name', 'LastName', 'familyName'],
} as const

type Reading = Pick<SamlSettings, 'attributes' | 'emailVerified' | 'subjectAttribute'>

/** What attributes mean, by OpenID Connect's names, beside all that was said by its own. */
export const claimsOf = (said: SamlAttributes, { attributes, emailVerified }: Omit<Reading, 'subjectAttribute'>): UpstreamClaims => {
  const first = (field: keyof typeof USUAL): string | undefined => {
    const names = [attributes[field] ?? USUAL[field]].flat()
    return names.map((name) => said.get(name)?.[0]).find((value) => value !== undefined && value !== '')
  }
  const everything = [...said].map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const)
  const isVerified = typeof emailVerified === 'boolean' ? emailVerified : isTrue(said.get(emailVerified))
  return {
    ...Object.fromEntries(everything),
    email: first('email'),
    email_verified: isVerified,
    name: first('name'),
    given_name: first('givenName'),
    family_name: first('familyName'),
  }
}

/** `xs:boolean`, once. */
const isTrue = (values: readonly string[] | undefined): boolean => values?.length === 1 && (values[0] === 'true' || values[0] === '1')

/** The one value of an attribute that says who somebody is; undefined without it, or with several. */
export const subjectIn = (said: SamlAttributes, attribute: string): string | undefined => {
  const values = said.get(attribute)
  return values?.length === 1 ? values[0] : undefined
}
