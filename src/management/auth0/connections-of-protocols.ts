import {
  areGiven,
  callback,
  clientNeeds,
  clientOf,
  declared,
  keyFor,
  labelOf,
  need,
  recordIn,
  tell,
  textsOf,
  type Writer,
  type Writing,
} from './connection-terms.ts'
import { isText } from './reading.ts'

/** Any provider of OpenID Connect. */
export const oidc: Writer = (writing) => {
  const { options, name } = writing
  const needs = { ...clientNeeds(writing), issuer: need(writing, 'ISSUER', 'issuer', { said: issuerOf(writing) }) }
  if (!areGiven(writing, needs)) return undefined
  const scopes = isText(options['scope']) ? options['scope'].split(/\s+/).filter(Boolean) : []
  const settings = { ...clientOf(needs), issuer: needs.issuer.value, ...(scopes.includes('openid') && { scopes }) }
  return { ...declared(writing, 'oidc', { label: labelOf(writing, name), settings }), ...callback(writing) }
}

const issuerOf = ({ options }: Writing): unknown => {
  const written = options['issuer'] ?? recordIn(options['oidc_metadata'])['issuer']
  if (isText(written)) return written
  const discovery = options['discovery_url']
  return isText(discovery) ? discovery.replace(/\/?\.well-known\/openid-configuration$/, '') : undefined
}

const isAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')
const isPath = (text: string): boolean => /^[\w-]{1,100}(\.[\w-]{1,100}){0,7}$/.test(text)

/** Any provider of OAuth 2.0. Auth0 asked for the profile by a script, which does not run here. */
export const custom: Writer = (writing) => {
  const { options, name } = writing
  const needs = {
    ...clientNeeds(writing),
    authorizationUrl: need(writing, 'AUTHORIZATION_URL', 'authorization address', { said: options['authorizationURL'], isGood: isAddress }),
    tokenUrl: need(writing, 'TOKEN_URL', 'token address', { said: options['tokenURL'], isGood: isAddress }),
    profileUrl: need(writing, 'PROFILE_URL', 'address of the profile (its script fetchUserProfile has it)', { isGood: isAddress }),
    subject: need(writing, 'SUBJECT', 'place of the id in that profile (such as data.id)', { isGood: isPath }),
  }
  if (!areGiven(writing, needs)) return undefined
  const addresses = { authorizationUrl: needs.authorizationUrl.value, tokenUrl: needs.tokenUrl.value, profileUrl: needs.profileUrl.value }
  const { origin, hostname } = new URL(addresses.authorizationUrl)
  const hosts = Object.values(addresses).map((address) => new URL(address).hostname)
  const settings = {
    ...clientOf(needs),
    issuer: origin,
    ...addresses,
    endpointHosts: [...new Set(hosts)].filter((host) => host !== hostname && !host.endsWith(`.${hostname}`)),
    scopes: textsOf(options['scope']).flatMap((text) => text.split(/[\s,]+/).filter(Boolean)),
    secretIn: 'form',
    profile: { subject: needs.subject.value, ...placesIn(writing) },
  }
  return { ...declared(writing, 'oauth2', { label: labelOf(writing, name), settings }), ...callback(writing) }
}

/** Where else in the profile something stands, as far as the administrator says. */
const placesIn = (writing: Writing): Readonly<Record<string, string>> => {
  const places = { email: 'EMAIL', name: 'NAME', givenName: 'GIVEN_NAME', familyName: 'FAMILY_NAME' }
  const read = Object.entries(places).map(([field, key]) => [field, need(writing, key, field, { isGood: isPath }).value] as const)
  const silent = read.flatMap(([field, value]) => (value === undefined ? [field] : []))
  if (silent.length > 0) {
    const keys = Object.values(places).map((key) => keyFor(writing.name, key))
    tell(writing, 'note', `it is not known where its profile has ${silent.join(', ')}; ${keys.join(', ')} say so`)
  }
  return Object.fromEntries(read.flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const])))
}
