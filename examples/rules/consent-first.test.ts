import assert from 'node:assert/strict'
import jwt from 'jsonwebtoken'
import { CONTEXT, USER } from '../../test/rules/gallery/people.ts'
import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'consent-first'
const TERMS_SECRET = 'a long secret that the page has, too'
const configuration = { TERMS_URL: 'https://terms.example/read?a=1', TERMS_VERSION: '2026-11', TERMS_SECRET }
const claims = { sub: USER.user_id, state: 's1', version: '2026-11', agreed: true }
const signed = (more: object = {}, secret = TERMS_SECRET) => jwt.sign({ ...claims, ...more }, secret, { expiresIn: '5m' })
const back = (query: object) => ({
  protocol: 'redirect-callback',
  original_protocol: 'wsfed',
  request: { ...CONTEXT.request, query: { state: 's1', ...query } },
})
const refused = (message: RegExp) => ({ denied: { message, isRefusal: true }, writes: [] })

await tryExample([
  {
    rule,
    configuration,
    when: 'for the first time',
    expects: {
      left: ({ context }) => {
        const url = new URL(Object(context['redirect']).url)
        assert.equal(url.searchParams.get('a'), '1')
        const { sub, version } = Object(jwt.verify(url.searchParams.get('token') ?? '', TERMS_SECRET))
        assert.deepEqual([sub, version], [USER.user_id, '2026-11'])
      },
    },
  },
  {
    rule,
    configuration,
    when: 'agreed before',
    user: { app_metadata: { terms: { version: '2026-11' } } },
    expects: { context: { redirect: undefined } },
  },
  {
    rule,
    configuration,
    when: 'agreed to older terms',
    user: { app_metadata: { terms: { version: '2025-01' } } },
    expects: { left: ({ context }) => assert.ok(context['redirect']) },
  },
  {
    rule,
    configuration,
    when: 'back, agreed',
    context: back({ token: signed() }),
    expects: {
      context: { redirect: undefined },
      writes: ([write, ...more]) => assert.deepEqual([Object(write?.patch['terms']).version, more], ['2026-11', []]),
    },
  },
  {
    rule,
    configuration,
    when: 'back, refused',
    context: back({ token: signed({ agreed: false }) }),
    expects: refused(/^You have to agree/),
  },
  {
    rule,
    configuration,
    when: 'back from another redirect',
    context: back({ token: signed({ state: 's2' }) }),
    expects: refused(/^You have to agree/),
  },
  {
    rule,
    configuration,
    when: 'back with older terms',
    context: back({ token: signed({ version: '2025-01' }) }),
    expects: refused(/^You have to agree/),
  },
  { rule, configuration, when: 'back with a word of their own', context: back({ agreed: 'true' }), expects: refused(/^We could not tell/) },
  {
    rule,
    configuration,
    when: 'back with a token about somebody else',
    context: back({ token: signed({ sub: 'auth0|9' }) }),
    expects: refused(/^We could not tell/),
  },
  {
    rule,
    configuration,
    when: 'back with a token by somebody else',
    context: back({ token: signed({}, 'another') }),
    expects: refused(/^We could not tell/),
  },
  {
    rule,
    configuration,
    when: 'back with the token they were sent with',
    context: back({ token: jwt.sign({ version: '2026-11' }, TERMS_SECRET, { subject: USER.user_id, expiresIn: '10m' }) }),
    expects: refused(/^You have to agree/),
  },
])
