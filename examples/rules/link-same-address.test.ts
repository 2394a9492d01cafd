import assert from 'node:assert/strict'
import { USER } from '../../test/rules/gallery/people.ts'
import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'link-same-address'
const configuration = { LINKED_CONNECTIONS: 'google-oauth2, partners' }
const calls = ['GET /api/v2/users-by-email?email=nadia%40partner.example']
const self = { user_id: USER.user_id, email_verified: true, created_at: USER.created_at, identities: [{ connection: 'google-oauth2' }] }
const older = { user_id: 'auth0|1', email_verified: true, created_at: '2025-01-01T00:00:00.000Z', identities: [{ connection: 'partners' }] }
const found = (...body: object[]) => ({
  'GET /api/v2/users-by-email': { body: JSON.stringify(body) },
  'POST /api/v2/users/auth0%7C1/identities': { status: 201, body: [] },
})
const alone = { context: { primaryUser: undefined }, calls }

await tryExample([
  {
    rule,
    configuration,
    when: 'met before by another way',
    answers: found(self, { ...older, user_id: 'auth0|2', created_at: '2025-06-01T00:00:00.000Z' }, older),
    expects: {
      context: { primaryUser: 'auth0|1' },
      calls: [...calls, 'POST /api/v2/users/auth0%7C1/identities'],
      sent: ([, call]) => {
        assert.equal(call?.body, '{"provider":"google-oauth2","user_id":"118212"}')
        assert.equal(call?.headers['authorization'], 'Bearer a token for rules')
      },
    },
  },
  { rule, configuration, when: 'new', answers: found(self), expects: alone },
  { rule, configuration, when: 'the other never confirmed it', answers: found(self, { ...older, email_verified: false }), expects: alone },
  {
    rule,
    configuration,
    when: 'the other came by a way nobody trusts',
    answers: found(self, { ...older, identities: [{ connection: 'open' }] }),
    expects: alone,
  },
  {
    rule,
    configuration,
    when: 'the other is newer',
    answers: found(self, { ...older, created_at: '2026-11-01T00:00:00.000Z' }),
    expects: alone,
  },
  { rule, configuration, when: 'not confirmed', user: { email_verified: false }, expects: { context: { primaryUser: undefined } } },
  {
    rule,
    configuration,
    when: 'by a way nobody trusts',
    context: { connection: 'open' },
    expects: { context: { primaryUser: undefined } },
  },
  { rule, when: 'not configured yet', expects: { context: { primaryUser: undefined } } },
  {
    rule,
    configuration,
    when: 'both have an account already',
    answers: { ...found(self, older), 'POST /api/v2/users/auth0%7C1/identities': { status: 409 } },
    expects: {
      context: { primaryUser: undefined },
      calls: [...calls, 'POST /api/v2/users/auth0%7C1/identities'],
      said: /warn not linked to auth0\|1/,
    },
  },
  {
    rule,
    configuration,
    when: 'it cannot be told whether they are linked',
    answers: { ...found(self, older), 'POST /api/v2/users/auth0%7C1/identities': { status: 500 } },
    expects: {
      denied: { message: '/users/auth0%7C1/identities answered 500', isRefusal: false },
      calls: [...calls, 'POST /api/v2/users/auth0%7C1/identities'],
    },
  },
])
