import assert from 'node:assert/strict'
import type { Entry } from './entry.ts'
import { CONTEXT } from './people.ts'

const { request } = CONTEXT
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** Rules that say something about somebody, to a token or to those who come after. */
export const saying: readonly Entry[] = [
  {
    rule: 'greeting-claim',
    expects: {
      context: {
        idToken: { 'https://fabrikam.example/greeting': 'Hello Nadia Petrova' },
        accessToken: { 'https://fabrikam.example/name': 'Nadia Petrova' },
      },
    },
  },
  {
    rule: 'remembers-the-country',
    user: { user_metadata: undefined },
    context: {
      request: {
        ...request,
        geoip: {
          ...{ country_code: 'BG', country_code3: 'BGR', country_name: 'Bulgaria', city_name: 'Sofia', latitude: 42.7, longitude: 23.3 },
          ...{ time_zone: 'Europe/Sofia', continent_code: 'EU', subdivision_code: '22', subdivision_name: 'Sofia-Capital' },
        },
      },
    },
    expects: {
      context: { idToken: { 'https://fabrikam.example/timezone': 'Europe/Sofia' } },
      writes: [
        {
          kind: 'user',
          patch: { country: 'Bulgaria', where: 'Sofia/Sofia-Capital/22/BG/BGR/EU/Europe/Sofia/42.7/23.3' },
        },
      ],
    },
  },
  {
    rule: 'counts-visits-by-callback',
    expects: { user: { stored: { signIns: 1 } }, writes: [{ kind: 'app', patch: { signIns: 1 } }] },
  },
  {
    rule: 'never-looks-at-the-promise',
    expects: { writes: [{ kind: 'app', patch: { seenBy: 'Microsoft 365' } }] },
  },
  {
    rule: 'mappings-for-office',
    expects: {
      context: {
        samlConfiguration: {
          mappings: { [`${CLAIMS}/emailaddress`]: 'email', [`${CLAIMS}/givenname`]: 'user_metadata.called' },
          nameIdentifierProbes: [`${CLAIMS}/emailaddress`],
        },
      },
    },
  },
  {
    rule: 'mappings-for-office',
    when: 'without the object it writes into',
    context: { samlConfiguration: undefined, idToken: undefined, accessToken: undefined },
    expects: { left: ({ context }) => assert.equal(Object(context['samlConfiguration']).mappings[`${CLAIMS}/emailaddress`], 'email') },
  },
  {
    rule: 'configuration-of-the-token',
    user: { upn: 'nadia@second.example' },
    configuration: { OFFICE_CLIENT_ID: 'office365' },
    expects: {
      left: ({ context }) => {
        const { issuer, audience, lifetimeInSeconds, wctx, createUpnClaim } = Object(context['samlConfiguration'])
        const wanted = ['urn:second.example', 'urn:federation:MicrosoftOnline', 600, 'estsredirect=2', false]
        assert.deepEqual([issuer, audience, lifetimeInSeconds, wctx, createUpnClaim], wanted)
      },
    },
  },
  {
    rule: 'configuration-of-the-token',
    when: 'for another application',
    configuration: { OFFICE_CLIENT_ID: 'another' },
    expects: { context: { samlConfiguration: {} } },
  },
  {
    rule: 'takes-away-what-is-nobodys-business',
    user: {
      ...{ phone_number: '+359', phone_verified: true, persistent: {} },
      identities: [{ provider: 'google-oauth2', user_id: '118212', access_token: 'opens doors' }],
    },
    expects: {
      user: {
        ...{ phone_number: undefined, phone_verified: undefined, last_ip: undefined, persistent: undefined, picture: undefined, seen: [] },
        identities: [{ provider: 'google-oauth2', user_id: '118212' }],
      },
    },
  },
  {
    rule: 'roles-into-the-token',
    context: { authorization: { roles: ['editor', 'reader'] }, samlConfiguration: { mappings: { kept: 'name' } } },
    expects: {
      user: { roles: 'editor;reader' },
      context: {
        idToken: { 'https://fabrikam.example/roles': ['editor', 'reader'] },
        accessToken: { 'https://fabrikam.example/roles': ['editor', 'reader'], scope: ['act:editor', 'act:reader'] },
        samlConfiguration: { mappings: { kept: 'name', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role': 'roles' } },
      },
    },
  },
  {
    rule: 'pictures-of-people',
    user: {
      identities: [
        { provider: 'google-oauth2', user_id: '118212', isSocial: true, profileData: { picture: 'https://lh3.example/own.png' } },
      ],
    },
    expects: {
      user: { picture: 'https://pictures.fabrikam.example/118212.png' },
      context: { idToken: { picture: 'https://lh3.example/own.png' } },
      said: /lodash/,
    },
  },
  {
    rule: 'single-sign-on-to-the-desk',
    configuration: { DESK_SECRET: 'short' },
    expects: {
      left: ({ context }) =>
        assert.match(Object(context['idToken'])['https://fabrikam.example/desk'], /^https:\/\/desk\.fabrikam\.example\/enter\?jwt=eyJ/),
    },
  },
  {
    rule: 'joins-a-channel',
    context: { request: { ...request, query: { socket: '1.2', channel: 'private-a' } } },
    configuration: { CHANNEL_SECRET: 'for channels', CHANNEL_KEY: 'k' },
    expects: {
      left: ({ context }) => assert.match(Object(context['idToken'])['https://fabrikam.example/channel'], /^k:[0-9a-f]{64}$/),
    },
  },
  {
    rule: 'knows-the-session',
    user: { clientID: 'office365', global_client_id: 'g' },
    context: {
      sso: { with_auth0: true, with_dbconn: false, current_clients: ['office365'] },
      auth0SessionId: 's',
      locale: 'bg',
      organization: { id: 'org_1', name: 'partner', metadata: { tier: '1' } },
    },
    expects: {
      user: { client: ['office365', 'g'] },
      context: {
        idToken: {
          'https://fabrikam.example/session': [true, false, 'tx1', 's', 'bg'],
          'https://fabrikam.example/organization': { id: 'org_1', name: 'partner', metadata: { tier: '1' } },
        },
      },
    },
  },
  {
    rule: 'named-in-the-account',
    user: { app_metadata: { office365UPN: 'a@fabrikam.example', office365ImmutableId: 'aWQ=' } },
    expects: { user: { upn: 'a@fabrikam.example', inmutableid: 'aWQ=' } },
  },
  { rule: 'named-in-the-account', when: 'not known yet', user: { app_metadata: undefined }, expects: { user: { upn: undefined } } },
  {
    rule: 'user-may-be-missing',
    context: { request: undefined },
    expects: { context: { idToken: { 'https://fabrikam.example/from': 'nowhere' } } },
  },
]
