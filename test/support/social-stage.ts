import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt } from 'jose'
import { socialTypes } from '#connections/oidc/social.ts'
import type { Profile } from '#kernel/person.ts'
import { Secret } from '#kernel/secret.ts'
import { ANNA, CLIENT, type FakeProviderOptions } from './fake-provider/provider-state.ts'
import type { TokenClaims } from './fake-provider/signing.ts'
import { oidcStage } from './oidc-stage.ts'

/** A provider everybody knows: how it behaves, and how its administrator writes it down. */
export interface SocialRow {
  readonly type: string
  /** Who vouches for its people. */
  readonly issuer: string
  readonly provider: Partial<FakeProviderOptions>
  readonly settings: Readonly<Record<string, unknown>>
  /** Settings it must refuse. */
  readonly wrong: Readonly<Record<string, unknown>>
  /** What nobody may read. */
  readonly secret: string
}

export const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
/** Where all of Microsoft's personal accounts are. */
export const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

export const APPLE = {
  teamId: 'TEAM123456',
  keyId: 'KEY1234567',
  pem,
  settings: { teamId: 'TEAM123456', keyId: 'KEY1234567', privateKey: new Secret(pem) },
} as const

const NO_CLIENT = { clientSecret: new Secret('s') }
const microsoftIssuer = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`
const google = {
  issuer: 'https://accounts.google.com',
  elsewhere: {
    token_endpoint: 'https://oauth2.googleapis.com/token',
    userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  },
} as const

/** A tenant's people say in their tokens which one it is. */
const ofTenant = (tid: string): TokenClaims => ({ ...ANNA, email_verified: undefined, tid, iss: microsoftIssuer(tid) })

const row = (type: string, more: Omit<SocialRow, 'type' | 'wrong' | 'secret'> & Partial<SocialRow>): SocialRow => ({
  type,
  wrong: NO_CLIENT,
  secret: CLIENT.secret,
  ...more,
})

/** Each as its own description has it. */
export const socialRows = {
  google: row('google', { issuer: google.issuer, provider: google, settings: {} }),
  'google-workspace': row('google-workspace', {
    issuer: google.issuer,
    provider: { ...google, person: { ...ANNA, hd: 'acme.example' } },
    settings: { domains: ['acme.example'] },
    wrong: { clientId: 'usher', clientSecret: new Secret('s') },
  }),
  linkedin: row('linkedin', {
    issuer: 'https://www.linkedin.com/oauth',
    provider: {
      issuer: 'https://www.linkedin.com/oauth',
      binding: 'state',
      authenticationMethods: ['client_secret_post'],
      elsewhere: { userinfo_endpoint: 'https://api.linkedin.com/v2/userinfo' },
      person: { ...ANNA, email_verified: 'true' },
    },
    settings: {},
  }),
  microsoft: row('microsoft', {
    issuer: microsoftIssuer(TENANT),
    provider: { issuer: microsoftIssuer('{tenantid}'), base: microsoftIssuer('common'), person: ofTenant(TENANT) },
    settings: { tenant: 'common', issuer: undefined },
    wrong: { clientId: 'usher', clientSecret: new Secret('s'), tenant: 'contoso.example' },
  }),
  'microsoft of one tenant': row('microsoft', {
    issuer: microsoftIssuer(TENANT),
    provider: { issuer: microsoftIssuer(TENANT), person: ofTenant(TENANT) },
    settings: { tenant: TENANT.toUpperCase(), issuer: undefined },
    wrong: { clientId: 'usher', clientSecret: new Secret('s'), tenant: TENANT, issuer: microsoftIssuer(PERSONAL) },
  }),
  'microsoft-personal': row('microsoft-personal', {
    issuer: microsoftIssuer(PERSONAL),
    provider: { issuer: microsoftIssuer(PERSONAL), person: ofTenant(PERSONAL) },
    settings: { issuer: undefined },
  }),
  apple: row('apple', {
    issuer: 'https://appleid.apple.com',
    provider: {
      issuer: 'https://appleid.apple.com',
      answers: 'form',
      authenticationMethods: ['client_secret_post'],
      takesSecret: (sent) => isFromApplesDeveloper(sent),
      person: { sub: ANNA.sub, email: ANNA.email, email_verified: 'true' },
    },
    settings: { ...APPLE.settings, clientSecret: undefined },
    wrong: { ...APPLE.settings, clientId: 'usher', clientSecret: new Secret('s') },
    secret: pem.split('\n')[1] ?? pem,
  }),
} as const

const isFromApplesDeveloper = (sent: string): boolean => {
  const { iss, sub, aud } = decodeJwt(sent)
  return iss === APPLE.teamId && sub === CLIENT.id && aud === 'https://appleid.apple.com'
}

export const socialStage = ({ type, provider, settings }: SocialRow, more: Parameters<typeof oidcStage>[0] = {}) =>
  oidcStage({
    typeOf: (parts) => {
      const found = socialTypes(parts).find((one) => one.type === type)
      if (!found) throw new Error(`there is no ${type}`)
      return found
    },
    ...provider,
    ...more,
    settings: { ...settings, ...more.settings },
  })

/** Somebody goes there, agrees, and comes back. */
export const signInAt = async (row: SocialRow, more: Parameters<typeof oidcStage>[0] = {}): Promise<Profile> => {
  const { leave, comeBack, provider } = socialStage(row, more)
  const leg = await leave()
  return comeBack(provider.authorize(leg.location), leg)
}
