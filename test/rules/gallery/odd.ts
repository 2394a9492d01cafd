import assert from 'node:assert/strict'
import type { Entry, Expected } from './entry.ts'
import { CONTEXT } from './people.ts'

const { request } = CONTEXT
const failed = (message: string | RegExp): Expected => ({ denied: { message, isRefusal: false } })

const missing: readonly Entry[] = (
  [
    ['verifies-documents', '@onfido/api@1.5.1'],
    ['looks-at-the-device', '@incognia/api@1.1.1'],
    ['roles-from-documents', 'mongodb@3.1.4'],
    ['roles-from-tables', 'tedious'],
  ] as const
).map(([rule, module]) => ({ rule, when: 'a module that is not here', expects: failed(new RegExp(`^Cannot find module '?${module}`)) }))

/** What a runtime that knows only well-behaved rules trips over. */
export const odd: readonly Entry[] = [
  ...missing,
  {
    rule: 'asks-twice',
    when: 'calls back twice',
    user: { app_metadata: undefined },
    expects: {
      user: { app_metadata: { visits: 1 }, first_word: 'still the same object' },
      writes: [{ kind: 'app', patch: { visits: 1 } }],
    },
  },
  {
    rule: 'speaks-through-a-helper',
    when: 'of another rule',
    after: ['helpers-for-the-others'],
    expects: { said: /log speaks: npetrova came by wsfed/ },
  },
  {
    rule: 'consent-of-the-year',
    context: { locale: 'bg' },
    configuration: { CONSENT_URL: 'https://consent.example/' },
    expects: { context: { redirect: { url: 'https://consent.example/?locale=bg' } } },
  },
  {
    rule: 'consent-of-the-year',
    when: 'back with it',
    context: { protocol: 'redirect-callback', original_protocol: 'wsfed', request: { ...request, query: { consent: 'yes' } } },
    expects: {
      context: { redirect: undefined },
      writes: [{ kind: 'app', patch: { consentedAt: '2026-11-20T08:00:00.000Z', by: 'wsfed' } }],
    },
  },
  {
    rule: 'consent-of-the-year',
    when: 'back without it',
    context: { protocol: 'redirect-callback', original_protocol: 'wsfed' },
    expects: { denied: { message: 'You did not consent.', isRefusal: true } },
  },
  {
    rule: 'consent-of-the-year',
    when: 'given in March',
    user: { app_metadata: { consentedAt: '2026-03-01T00:00:00.000Z' } },
    expects: { context: { redirect: undefined } },
  },
  {
    rule: 'voice-with-what-was-always-there',
    legacyGlobals: true,
    configuration: { VOICE_SECRET: 'v', VOICE_URL: 'https://voice.example/' },
    expects: {
      left: ({ user, context }) => {
        assert.match(Object(context['redirect']).url, /^https:\/\/voice\.example\/\?token=eyJ/)
        assert.equal(Object(user['user_metadata']).voice, user['jti'])
      },
      writes: ([write]) => assert.match(String(write?.patch['voice']), /^[0-9a-f-]{36}$/),
      said: /notice .*jwt/,
    },
  },
  {
    rule: 'voice-with-what-was-always-there',
    when: 'not imported',
    configuration: { VOICE_SECRET: 'v' },
    context: { protocol: 'redirect-callback' },
    expects: failed('jwt is not defined'),
  },
  {
    rule: 'everything-that-was-always-there',
    legacyGlobals: true,
    expects: {
      user: { legacy: [['n1', 'n2'], 'dfc706b7', 'private', { a: 1, b: 'x' }, 'function', 'one', true, 'function'] },
    },
  },
  { rule: 'names-of-its-own', legacyGlobals: true, expects: { user: { own: ['mine', 'also mine'] } } },
  {
    rule: 'profiling-with-the-utilities',
    context: { stats: { loginsCount: 3 } },
    configuration: { SESSION_TOKEN_SECRET: 'a long enough secret', PROFILING_URL: 'https://profiling.example/?a=1' },
    expects: {
      left: ({ context }) => {
        const { url } = Object(context['redirect'])
        assert.match(url, /^https:\/\/profiling\.example\/\?a=1&session_token=eyJ/)
        assert.match(Buffer.from(url.split('.')[2], 'base64url').toString(), /"sub":"google-oauth2\|118212","ask":"job"/)
      },
    },
  },
  {
    rule: 'profiling-with-the-utilities',
    when: 'back with a token that is none',
    context: { protocol: 'redirect-callback', request: { ...request, query: { session_token: 'x' } } },
    configuration: { SESSION_TOKEN_SECRET: 'a long enough secret' },
    expects: failed('jwt malformed'),
  },
  { rule: 'older-utilities', context: { protocol: 'oauth2-password' }, expects: { user: { may: [false, false] } } },
  { rule: 'callback-with-others', expects: { user: { replaced: true }, context: { replaced: true }, said: /notice .*another user/ } },
  { rule: 'only-null', expects: { user: { kept: true } } },
  { rule: 'only-nothing', expects: { user: { kept: true } } },
  { rule: 'throws-at-once', expects: failed('Date.getDay is not a function') },
  { rule: 'rejects', expects: failed(/Cannot read properties of undefined \(reading 'such'\)/) },
  { rule: 'rejects-when-it-is-done', expects: {} },
  { rule: 'refused-by-q', expects: { denied: { message: 'Not this way', isRefusal: true } } },
  {
    rule: 'forwards-an-error-with-secrets',
    configuration: { DOOR_URL: '{vendor}', DOOR_SECRET: 'nobody may read this' },
    answers: { 'POST /closed': { status: 403, body: { message: 'closed' } } },
    expects: { denied: { message: '403 - {"message":"closed"}', isRefusal: false }, calls: ['POST /closed'] },
  },
  {
    rule: 'errors-of-scripts',
    expects: {
      user: {
        errors: [
          [true, 'ValidationError', 'Too short', 'too_short'],
          [true, 'WrongUsernameOrPasswordError', 'Wrong', null],
        ],
      },
    },
  },
  { rule: 'errors-of-scripts', when: 'called back with one', user: { app_metadata: { strict: true } }, expects: failed('Too short') },
  { rule: 'old-language-and-old-node', expects: { user: { old: ['a,b', 'bmFkaWFAcGFydG5lci5leGFtcGxl', '?x=1', 'object', 'string', 3] } } },
  {
    rule: 'promises-of-libraries',
    expects: { user: { libraries: { doubled: ['aa', 'bb'], fromQ: 'q', last: 'later', who: 'me', holds: true } } },
  },
]
