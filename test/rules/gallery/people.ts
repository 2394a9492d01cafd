/** A person as most rules of the gallery meet them. */
export const USER = {
  user_id: 'google-oauth2|118212',
  email: 'nadia@partner.example',
  email_verified: true,
  name: 'Nadia Petrova',
  nickname: 'nadia',
  given_name: 'Nadia',
  family_name: 'Petrova',
  username: 'npetrova',
  picture: 'https://lh3.example/nadia.png',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-11-20T00:00:00.000Z',
  last_login: '2026-11-20T08:00:00.000Z',
  last_ip: '203.0.113.7',
  logins_count: 2,
  identities: [{ connection: 'google-oauth2', provider: 'google-oauth2', user_id: '118212', isSocial: true }],
  user_metadata: {},
  app_metadata: {},
}

/** Friday, in the morning of Sofia. */
export const FRIDAY = Date.UTC(2026, 10, 20, 8, 0)

/** What they do: a first sign-in to Microsoft 365 from the office. */
export const CONTEXT = {
  tenant: 'usher',
  clientID: 'office365',
  clientName: 'Microsoft 365',
  clientMetadata: {},
  connectionID: 'con_1',
  connection: 'google-oauth2',
  connectionStrategy: 'google-oauth2',
  connectionOptions: { tenant_domain: 'partner.example', domain_aliases: ['partner.example', 'other.example'] },
  connectionMetadata: {},
  samlConfiguration: {},
  protocol: 'wsfed',
  stats: { loginsCount: 1 },
  sso: { with_auth0: false, with_dbconn: false, current_clients: [] },
  accessToken: {},
  idToken: {},
  sessionID: 'tx1',
  request: {
    userAgent: 'Firefox',
    ip: '198.51.100.9',
    hostname: 'usher.example',
    query: { wa: 'wsignin1.0', wctx: 'estsredirect=2' },
    body: {},
    geoip: {},
  },
  authentication: { methods: [{ name: 'federated', timestamp: FRIDAY }] },
  authorization: { roles: ['editor'] },
}
