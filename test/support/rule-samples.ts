import type { UserRecord } from '../../src/kernel/person.ts'
import { Secret } from '../../src/kernel/secret.ts'
import type { Rule } from '../../src/kernel/rule.ts'
import type { ConnectionSettings } from '../../src/kernel/settings.ts'
import type { Admitted } from '../../src/kernel/transaction.ts'
import type { RuleOrder } from '../../src/rules/runner.ts'
import { AT, LOGIN_SRF, microsoft365 } from './wsfed-samples.ts'

const identity = { connection: 'con_1', issuer: 'https://accounts.google.com', subject: '118212' } as const

export const google: ConnectionSettings = {
  id: 'con_1',
  name: 'google-oauth2',
  type: 'google',
  label: 'Google',
  brand: 'google',
  homeRealms: ['gmail.example', 'mail.example'],
  settings: { clientSecret: new Secret('not for rules') },
}

export const nadia: UserRecord = {
  userId: 'user-1',
  publicId: 'google-oauth2|118212',
  root: {
    email: 'nadia@mail.example',
    email_verified: true,
    name: 'Nadia Haas',
    given_name: 'Nadia',
    family_name: 'Haas',
    nickname: 'nadia',
  },
  appMetadata: {},
  userMetadata: { favorite_food: 'soup' },
  identities: [{ identity, connectionName: 'google-oauth2', provider: 'google-oauth2', providerUserId: '118212', isSocial: true }],
  loginsCount: 1,
  lastLoginAt: AT,
  lastIp: '203.0.113.7',
  blocked: false,
  createdAt: AT - 1_000,
  updatedAt: AT,
}

export const admitted: Admitted = {
  stage: 'admitted',
  id: 'transaction-1',
  browser: 'browser-1',
  request: {
    protocol: 'wsfed',
    relyingParty: microsoft365.clientId,
    replyUrl: LOGIN_SRF,
    freshness: {},
    correlation: 'reference-1',
    arrivedAt: AT,
    query: { wa: 'wsignin1.0', wctx: 'opaque' },
  },
  expiresAt: AT + 600_000,
  connection: 'con_1',
  user: {
    id: 'user-1',
    identity,
    names: { given: 'Nadia', family: 'Haas' },
    email: 'nadia@mail.example',
    emailVerified: true,
    blocked: false,
    createdAt: AT,
  },
  authentication: { at: AT, method: 'federated' },
  silent: false,
  attributes: {},
}

export const ruleOf = (script: string, more: Partial<Rule> = {}): Rule => ({
  id: 'rul_1',
  name: 'A rule',
  kind: 'rule',
  script,
  order: 1,
  enabled: true,
  legacyGlobals: false,
  version: 1,
  ...more,
})

/** One sign-in as rules are asked about it. */
export const orderOf = (more: Partial<RuleOrder> = {}): RuleOrder => ({
  settings: {
    rules: [ruleOf('function (user, context, callback) { callback(null, user, context) }')],
    configuration: {},
    budgetMs: 20_000,
  },
  relyingParty: microsoft365,
  connection: google,
  transaction: admitted,
  record: nadia,
  visit: { ip: '203.0.113.7', hostname: 'id.fabrikam.com', userAgent: 'Firefox', query: { wa: 'wsignin1.0' }, body: {} },
  isContinued: false,
  at: AT,
  ...more,
})
