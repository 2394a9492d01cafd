import type { Entry } from './entry.ts'
import { CONTEXT, FRIDAY } from './people.ts'

const { request } = CONTEXT
const refused = (message: string | RegExp) => ({ denied: { message, isRefusal: true } })
const failed = (message: string | RegExp) => ({ denied: { message, isRefusal: false } })

/** Rules that let somebody in, or do not. */
export const deciding: readonly Entry[] = [
  { rule: 'only-verified-addresses', expects: { user: { email: 'nadia@partner.example' } } },
  {
    rule: 'only-verified-addresses',
    when: 'not confirmed',
    user: { email_verified: false },
    expects: refused('Please confirm nadia@partner.example first.'),
  },
  { rule: 'domains-of-partners', configuration: { PARTNER_DOMAINS: 'partner.example,other.example' }, expects: {} },
  {
    rule: 'domains-of-partners',
    when: 'a stranger, told with a text for an error',
    user: { email: 'eve@partner.example.evil.example' },
    configuration: { PARTNER_DOMAINS: 'partner.example,other.example' },
    expects: failed('You are not with one of our partners'),
  },
  { rule: 'addresses-of-the-office', configuration: { OFFICE_NETWORK: '198.51.100.0/24' }, expects: {} },
  {
    rule: 'addresses-of-the-office',
    when: 'from IPv6',
    context: { request: { ...request, ip: '2001:db8::1' } },
    configuration: { OFFICE_NETWORK: '198.51.100.0/24' },
    expects: failed('Only from the office'),
  },
  { rule: 'blocked-and-dormant', expects: refused('Your password is too old.') },
  {
    rule: 'blocked-and-dormant',
    when: 'with a fresh password',
    user: { last_password_reset: '2026-11-01T00:00:00.000Z', last_login: '2026-01-02T00:00:00.000Z' },
    expects: { user: { dormant: true } },
  },
  { rule: 'blocked-and-dormant', when: 'blocked', user: { blocked: true }, expects: refused('This account is blocked.') },
  { rule: 'first-sign-in-closed-for-social', expects: failed('Nobody can sign up with google-oauth2 at office365') },
  {
    rule: 'first-sign-in-closed-for-social',
    when: 'the second time',
    context: { stats: { loginsCount: 2 } },
    expects: { user: { app_metadata: { signedUp: true } }, writes: [{ kind: 'app', patch: { signedUp: true } }] },
  },
  { rule: 'groups-of-the-directory', expects: refused('Ask for the group Contractors.') },
  {
    rule: 'groups-of-the-directory',
    when: 'of Active Directory',
    user: {
      ...{
        groups: ['Contractors', 'Domain Users'],
        dn: 'CN=n',
        sAMAccountName: 'n',
        userPrincipalName: 'n@corp.example',
        issuer: 'urn:corp',
      },
      permissions: ['enter'],
    },
    expects: { user: { groups: ['Contractors'], department: 'none', directoryName: 'CN=n;n;n@corp.example;urn:corp' } },
  },
  {
    rule: 'waits-for-an-hour-of-work',
    configuration: { TIME_ZONE: 'Europe/Sofia' },
    expects: { context: { idToken: { 'https://fabrikam.example/hour': '2026-11-20 10:00' } } },
  },
  {
    rule: 'waits-for-an-hour-of-work',
    when: 'on a Saturday that has begun only there',
    context: { authentication: { methods: [{ name: 'federated', timestamp: FRIDAY + 14.5 * 3_600_000 }] } },
    configuration: { TIME_ZONE: 'Europe/Sofia' },
    expects: refused('Not on a Saturday'),
  },
  {
    rule: 'second-factor-for-editors',
    user: { multifactor: ['guardian'] },
    expects: { context: { multifactor: { provider: 'any', allowRememberBrowser: false } } },
  },
  {
    rule: 'second-factor-for-editors',
    when: 'one was used',
    user: { multifactor: ['guardian'] },
    context: {
      authentication: {
        methods: [
          { name: 'pwd', timestamp: 1 },
          { name: 'mfa', timestamp: 2 },
        ],
      },
    },
    expects: { context: { multifactor: undefined } },
  },
  {
    rule: 'second-factor-by-risk',
    context: {
      riskAssessment: {
        confidence: 'medium',
        version: '1',
        assessments: {
          NewDevice: { confidence: 'low', code: 'no_match', details: { device: 'unknown' } },
          UntrustedIP: { confidence: 'high' },
        },
      },
    },
    expects: { context: { multifactor: { provider: 'guardian', allowRememberBrowser: false } }, said: /warn .*device.*unknown/ },
  },
  {
    rule: 'second-factor-by-risk',
    when: 'in doubt',
    context: {
      riskAssessment: { confidence: 'low', version: '1', assessments: { ImpossibleTravel: { confidence: 'low', code: 'far_away' } } },
    },
    expects: refused('Too many doubts: far_away'),
  },
  { rule: 'second-factor-by-risk', when: 'without an assessment', expects: { context: { multifactor: undefined } } },
  { rule: 'no-passwords-on-the-wire', expects: {} },
  {
    rule: 'no-passwords-on-the-wire',
    when: 'with WS-Trust',
    context: { protocol: 'wstrust-usernamemixed' },
    expects: refused('Use a browser.'),
  },
  {
    rule: 'no-passwords-on-the-wire',
    when: 'delegated',
    user: { iss: 'urn:a', sub: 's', aud: 'b', iat: 1, exp: 2 },
    context: { protocol: 'delegation', jwtConfiguration: {} },
    expects: {
      user: { delegated: 'urn:a,s,b,1,2' },
      context: { jwtConfiguration: { lifetimeInSeconds: 60, scopes: { profile: ['name'] } } },
    },
  },
  {
    rule: 'one-connection-for-each-application',
    context: { clientMetadata: { connections: 'google-oauth2,corp' }, connectionMetadata: { region: 'eu' } },
    expects: { user: { place: 'usher/con_1/eu' } },
  },
  {
    rule: 'one-connection-for-each-application',
    when: 'another connection',
    context: { clientMetadata: { connections: 'corp' } },
    expects: refused('Not with google-oauth2'),
  },
  {
    rule: 'one-connection-for-each-application',
    when: 'a domain that is no alias',
    user: { email: 'n@elsewhere.example' },
    expects: failed('Access denied'),
  },
]
