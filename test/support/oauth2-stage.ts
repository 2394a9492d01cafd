import { createHmac } from 'node:crypto'
import { oauth2Types } from '#connections/oauth2/oauth2.ts'
import { Secret } from '#kernel/secret.ts'
import { ANNA, CLIENT } from './fake-provider/provider-state.ts'
import { oidcStage } from './oidc-stage.ts'
import type { SocialRow } from './social-stage.ts'

const ACME = 'https://login.acme.example'
const GRAPH = 'https://graph.facebook.com/v25.0'
const GITHUB = 'https://api.github.com/user'
const WRONG = { clientSecret: new Secret('s') }

const proofOf = (token: string): string => createHmac('sha256', CLIENT.secret).update(token).digest('hex')

/** A provider that speaks plain OAuth 2.0: how it behaves, and how its administrator writes it down. */
export interface OAuth2Row extends SocialRow {
  /** How its people are called there. */
  readonly subject: string
}

const row = (type: string, more: Pick<OAuth2Row, 'issuer' | 'provider'> & Partial<OAuth2Row>): OAuth2Row => ({
  type,
  settings: {},
  wrong: WRONG,
  secret: CLIENT.secret,
  subject: ANNA.sub,
  ...more,
  provider: { issuer: more.issuer, speaks: 'oauth2', ...more.provider },
})

/** Written down whole, as of a provider nobody knows. */
const written = {
  authorizationUrl: `${ACME}/authorize`,
  tokenUrl: `${ACME}/token`,
  profileUrl: `${ACME}/userinfo`,
  scopes: ['profile'],
  profile: {
    subject: 'data.user.id',
    email: 'data.emails.0.value',
    emailVerified: 'data.emails.0.confirmed',
    name: 'data.user.name',
    givenName: 'data.user.given',
    familyName: 'data.user.family',
  },
} as const

export const annaAtAcme = {
  data: {
    user: { id: ANNA.sub, name: ANNA.name, given: ANNA.given_name, family: ANNA.family_name },
    emails: [{ value: ANNA.email, confirmed: true }],
  },
} as const

export const oauth2Rows = {
  oauth2: row('oauth2', { issuer: ACME, provider: { person: annaAtAcme }, settings: written, wrong: { ...written, clientId: 'usher' } }),
  facebook: row('facebook', {
    issuer: 'https://www.facebook.com',
    subject: '10158000000000000',
    provider: {
      authenticationMethods: ['client_secret_post'],
      elsewhere: {
        authorization_endpoint: 'https://www.facebook.com/v25.0/dialog/oauth',
        token_endpoint: `${GRAPH}/oauth/access_token`,
        userinfo_endpoint: `${GRAPH}/me`,
      },
      person: { id: '10158000000000000', name: ANNA.name, first_name: 'Anna', last_name: 'Berg', email: ANNA.email },
      admits: ({ url, bearer }) => url.searchParams.get('appsecret_proof') === proofOf(bearer),
      besides: {
        [`${GRAPH}/debug_token`]: ({ url, bearer, knows }) =>
          bearer === `${CLIENT.id}|${CLIENT.secret}` && knows(url.searchParams.get('input_token') ?? '')
            ? { data: { app_id: CLIENT.id, type: 'USER', is_valid: true, user_id: '10158000000000000', scopes: ['email'] } }
            : undefined,
      },
    },
  }),
  github: row('github', {
    issuer: 'https://github.com/login/oauth',
    subject: '583231',
    provider: {
      authenticationMethods: ['client_secret_post'],
      elsewhere: {
        authorization_endpoint: 'https://github.com/login/oauth/authorize',
        token_endpoint: 'https://github.com/login/oauth/access_token',
        userinfo_endpoint: GITHUB,
      },
      person: { id: 583231, login: 'anna-berg', name: ANNA.name, email: 'shown@acme.example', avatar_url: 'https://avatars.example/1' },
      besides: {
        [`${GITHUB}/emails`]: ({ bearer, knows }) =>
          knows(bearer)
            ? [
                { email: 'old@acme.example', primary: false, verified: true, visibility: null },
                { email: ANNA.email, primary: true, verified: true, visibility: 'private' },
              ]
            : undefined,
      },
    },
  }),
} as const

export const oauth2Stage = ({ type, provider, settings, issuer }: OAuth2Row, more: Parameters<typeof oidcStage>[0] = {}) =>
  oidcStage({
    typeOf: (parts) => {
      const found = oauth2Types(parts).find((one) => one.type === type)
      if (!found) throw new Error(`there is no ${type}`)
      return found
    },
    issuer,
    ...provider,
    ...more,
    settings: { ...settings, ...more.settings },
  })
