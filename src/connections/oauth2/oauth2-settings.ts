import { z } from 'zod'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { OAuth2Provider, OAuth2Settings } from './oauth2-row.ts'
import { host, issuerUrl, secretSetting } from '../oidc/oidc-settings.ts'
import { belongsTo } from '../provider-calls.ts'
import { problemIn, settingsInvalid } from '../provider-row.ts'

const address = z.url({ protocol: /^https?$/ }).max(2_000)

/** Where in a profile something stands: names or numbers with dots between, `data.emails.0.value`. */
const path = z.string().regex(/^[\w-]{1,100}(\.[\w-]{1,100}){0,7}$/, 'names with dots between')

/** What of a provider's profile says what. */
const mapping = z.strictObject({
  /** Unique there, and never given to somebody else. */
  subject: path,
  email: path.optional(),
  /** Where it says so, or what holds for all of its addresses. */
  emailVerified: z.union([z.boolean(), path]).default(false),
  name: path.optional(),
  givenName: path.optional(),
  familyName: path.optional(),
})

/** What an administrator writes of any provider. */
const common = {
  issuer: z.string().max(500),
  clientId: z.string().min(1).max(500),
  clientSecret: secretSetting,
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)),
  endpointHosts: z.array(host),
  authorizationUrl: address,
  tokenUrl: address,
  profileUrl: address,
}

/** What besides, of one whose ways are not known here. */
const ways = {
  pkce: z.boolean().default(true),
  secretIn: z.enum(['header', 'form']).default('header'),
  profile: mapping,
}

const known = z.strictObject(common)
const unknown = z.strictObject({ ...common, ...ways })

/** Reads the settings of a connection by plain OAuth 2.0. Throws `settings_invalid`. */
export const readOAuth2Settings = ({ name, settings }: ConnectionSettings, provider: OAuth2Provider, publicUrl: URL): OAuth2Settings => {
  const parsed = parse({ scopes: [], endpointHosts: [], ...provider.defaults, ...settings }, provider)
  if (!parsed.success) throw settingsInvalid(name, problemIn(parsed.error))
  const { issuer: issuerText, ...rest } = parsed.data
  const issuer = issuerUrl(name, issuerText, publicUrl)
  for (const field of ['authorizationUrl', 'tokenUrl', 'profileUrl'] as const)
    if (!belongsTo(new URL(rest[field]), issuer, rest.endpointHosts))
      throw settingsInvalid(name, `${field}: neither on the issuer's host nor on one of endpointHosts`)
  return { ...rest, issuer, issuerText }
}

const parse = (written: Readonly<Record<string, unknown>>, { ways: fixed }: OAuth2Provider) => {
  if (!fixed) return unknown.safeParse(written)
  return known.transform((read) => ({ ...read, ...fixed })).safeParse(written)
}
