import assert from 'node:assert/strict'
import type { Entry } from './entry.ts'

/** Rules that call others, or the Management API. */
export const calling: readonly Entry[] = [
  {
    rule: 'keeps-a-token-of-its-own',
    when: 'twice',
    after: ['keeps-a-token-of-its-own'],
    configuration: { CRM_URL: '{vendor}/crm', CRM_CLIENT: 'usher' },
    answers: { 'POST /crm/token': { body: { token: 't1' } }, 'GET /crm/people/nadia%40partner.example': { body: { id: 'c7' } } },
    expects: {
      context: { idToken: { 'https://fabrikam.example/crm': 'c7' } },
      calls: ['POST /crm/token', 'GET /crm/people/nadia%40partner.example', 'GET /crm/people/nadia%40partner.example'],
      sent: (calls) => assert.deepEqual([calls[0]?.body, calls[2]?.headers['authorization']], ['{"client":"usher"}', 'Bearer t1']),
      said: /axios@/,
    },
  },
  {
    rule: 'tells-the-channel',
    configuration: { CHANNEL_URL: '{vendor}/hooks/1' },
    answers: { 'POST /hooks/1': { body: 'ok' } },
    expects: {
      calls: ['POST /hooks/1'],
      sent: ([call]) => assert.match(decodeURIComponent(call?.body ?? ''), /Nadia[ +]Petrova[ +]<nadia@partner\.example>/),
    },
  },
  {
    rule: 'tells-the-channel',
    when: 'not the second time',
    context: { stats: { loginsCount: 2 } },
    configuration: { CHANNEL_URL: '{vendor}/' },
    expects: {},
  },
  {
    rule: 'tracks-and-goes-on',
    configuration: { TRACK_URL: '{vendor}/track', TRACK_KEY: 'k' },
    answers: { 'POST /track/events': { status: 202 } },
    expects: {
      calls: ['POST /track/events'],
      sent: ([call]) => {
        assert.equal(call?.headers['authorization'], 'Basic azo=')
        assert.deepEqual(JSON.parse(call?.body ?? ''), {
          ...{ who: 'google-oauth2|118212', app: 'Microsoft 365', agent: 'Firefox', ip: '198.51.100.9', session: 'tx1' },
        })
      },
    },
  },
  {
    rule: 'profile-by-promises',
    configuration: { PROFILES_URL: '{vendor}/profiles' },
    answers: { 'GET /profiles/search': { body: { company: 'Partner' } } },
    expects: {
      user: { user_metadata: { company: 'Partner' } },
      writes: [{ kind: 'user', patch: { company: 'Partner' } }],
      calls: ['GET /profiles/search?email=nadia%40partner.example'],
    },
  },
  {
    rule: 'profile-by-promises',
    when: 'nobody knows',
    configuration: { PROFILES_URL: '{vendor}/profiles' },
    expects: { denied: { message: /^404 - /, isRefusal: false }, calls: ['GET /profiles/search?email=nadia%40partner.example'] },
  },
  {
    rule: 'score-by-form',
    configuration: { SCORE_URL: '{vendor}' },
    answers: { 'POST /score': { body: 'score=35' } },
    expects: {
      denied: { message: 'Too risky', isRefusal: true },
      calls: ['POST /score'],
      sent: ([call]) => assert.match(call?.body ?? '', /^email=[0-9a-f]{32}&name=npetrova&i=198\.51\.100\.9&agent=Firefox$/),
    },
  },
  {
    rule: 'score-by-form',
    when: 'harmless',
    configuration: { SCORE_URL: '{vendor}' },
    answers: { 'POST /score': { body: 'score=3.5' } },
    expects: { user: { risk: 3.5 }, calls: ['POST /score'] },
  },
  {
    rule: 'lead-by-fetch',
    configuration: { LEADS_URL: '{vendor}' },
    answers: { 'POST /leads': { status: 201, body: { id: 'l1' } } },
    expects: {
      user: { lead: 'l1' },
      calls: ['POST /leads'],
      sent: ([call]) => assert.deepEqual(JSON.parse(call?.body ?? ''), { first: 'Nadia', last: 'Petrova', email: 'nadia@partner.example' }),
    },
  },
  {
    rule: 'lead-by-fetch',
    when: 'out of order',
    configuration: { LEADS_URL: '{vendor}' },
    answers: { 'POST /leads': { status: 503 } },
    expects: { denied: { message: 'The leads answered 503', isRefusal: false }, calls: ['POST /leads'] },
  },
  {
    rule: 'relations-by-fetch-and-url',
    configuration: { RELATIONS_URL: '{vendor}' },
    answers: { 'GET /relations': { body: [{ of: 'p1' }] } },
    expects: {
      context: { accessToken: { 'https://fabrikam.example/relations': [{ of: 'p1' }] } },
      calls: ['GET /relations?host=usher.example&of=google-oauth2%7C118212'],
    },
  },
  {
    rule: 'asks-an-old-service',
    configuration: { SOAP_URL: '{vendor}' },
    answers: { 'POST /soap': { body: '<s:Envelope xmlns:s="urn:s"><s:Role>a</s:Role><s:Role>b</s:Role></s:Envelope>' } },
    expects: {
      context: { idToken: { 'https://fabrikam.example/old-roles': ['a', 'b'] } },
      calls: ['POST /soap'],
      sent: ([call]) => assert.deepEqual([call?.headers['soapaction'], call?.body.includes('<Name>nadia</Name>')], ['GetRoles', true]),
    },
  },
  {
    rule: 'address-from-a-signed-call',
    user: { identities: [{ connection: 'twitter', provider: 'twitter', user_id: '9', access_token: 'at', access_token_secret: 'ats' }] },
    context: { connectionStrategy: 'twitter', connection: 'twitter' },
    configuration: { SOCIAL_URL: '{vendor}', SOCIAL_KEY: 'k', SOCIAL_SECRET: 's' },
    answers: { 'GET /account': { body: { email: 'n@social.example' } } },
    expects: {
      user: { email: 'n@social.example' },
      calls: ['GET /account'],
      sent: ([call]) => assert.match(call?.headers['authorization'] ?? '', /^OAuth .*oauth_token="at".*oauth_signature="[^"]+%3D"/),
    },
  },
  {
    rule: 'refreshes-at-the-provider',
    user: { identities: [{ provider: 'oidc', user_id: '9', refresh_token: 'r1' }] },
    configuration: { PROVIDER_URL: '{vendor}' },
    answers: { 'POST /refresh': { body: { ok: true } } },
    expects: { user: { refreshed: true }, calls: ['POST /refresh'], sent: ([call]) => assert.equal(call?.body, 'token=r1') },
  },
  {
    rule: 'refreshes-at-the-provider',
    when: 'the provider refuses',
    user: { identities: [{ provider: 'oidc', user_id: '9', refresh_token: 'r1' }] },
    configuration: { PROVIDER_URL: '{vendor}' },
    answers: { 'POST /refresh': { status: 401 } },
    expects: { denied: { message: 'The provider answered 401', isRefusal: false }, calls: ['POST /refresh'] },
  },
  {
    rule: 'asks-with-what-newer-runtimes-have',
    configuration: { PEOPLE_URL: '{vendor}' },
    answers: { 'GET /people': { body: { who: 'n' } }, 'GET /api/v2/users/google-oauth2%7C118212': { body: { logins_count: 7 } } },
    expects: {
      user: { asked: [200, 'n', 7] },
      calls: ['GET /api/v2/users/google-oauth2%7C118212', 'GET /people'],
      isUnordered: true,
    },
  },
  {
    rule: 'moves-attributes-by-client',
    user: { user_metadata: { first: 'Nadezhda' } },
    answers: { 'PATCH /api/v2/users/google-oauth2%7C118212': { body: { given_name: 'Nadezhda' } } },
    expects: {
      user: { given_name: 'Nadezhda', user_metadata: {} },
      calls: ['PATCH /api/v2/users/google-oauth2%7C118212'],
      sent: ([call]) => {
        assert.equal(call?.headers['authorization'], 'Bearer a token for rules')
        assert.deepEqual(JSON.parse(call?.body ?? ''), { given_name: 'Nadezhda', user_metadata: { first: null } })
      },
    },
  },
  {
    rule: 'renames-by-the-utilities',
    answers: { 'PATCH /api/v2/users/google-oauth2%7C118212': { body: { nickname: 'Nadia' } } },
    expects: {
      user: { nickname: 'Nadia' },
      calls: ['PATCH /api/v2/users/google-oauth2%7C118212'],
      sent: ([call]) =>
        assert.deepEqual([call?.headers['authorization'], call?.body], ['Bearer a token for rules', '{"nickname":"Nadia"}']),
    },
  },
  {
    rule: 'renames-by-the-utilities',
    when: 'not allowed to',
    answers: { 'PATCH /api/v2/users/google-oauth2%7C118212': { status: 403, body: { message: 'Insufficient scope' } } },
    expects: { denied: { message: 'Insufficient scope', isRefusal: false }, calls: ['PATCH /api/v2/users/google-oauth2%7C118212'] },
  },
  {
    rule: 'assigns-a-role-and-does-not-mind',
    configuration: { ROLE: 'rol_1' },
    answers: { 'POST /api/v2/users/google-oauth2%7C118212/roles': { status: 403, body: { message: 'Insufficient scope' } } },
    expects: {
      context: { idToken: { 'https://fabrikam.example/role': 'editor' } },
      calls: ['POST /api/v2/users/google-oauth2%7C118212/roles'],
      said: /error role not assigned 403/,
    },
  },
  {
    rule: 'trusts-a-password-reset',
    user: { user_id: 'auth0|7', email_verified: false, last_password_reset: '2026-11-01T00:00:00.000Z' },
    context: { connectionStrategy: 'auth0' },
    answers: { 'PATCH /api/v2/users/auth0%7C7': { body: { email_verified: true } } },
    expects: {
      context: { idToken: { email_verified: true } },
      calls: ['PATCH /api/v2/users/auth0%7C7'],
      sent: ([call]) => assert.equal(call?.body, '{"email_verified":true}'),
    },
  },
  {
    rule: 'completes-as-the-older-account',
    answers: {
      'GET /api/v2/users-by-email': {
        body: [
          { user_id: 'google-oauth2|118212', email_verified: true },
          { user_id: 'auth0|1', email_verified: true },
        ],
      },
      'POST /api/v2/users/auth0%7C1/identities': { status: 201, body: [{}] },
    },
    expects: {
      context: { primaryUser: 'auth0|1' },
      calls: ['GET /api/v2/users-by-email?email=nadia%40partner.example', 'POST /api/v2/users/auth0%7C1/identities'],
      sent: ([, call]) => assert.equal(call?.body, '{"provider":"google-oauth2","user_id":"118212"}'),
    },
  },
]
