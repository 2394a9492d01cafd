import assert from 'node:assert/strict'
import { Secret } from '../../src/kernel/secret.ts'
import { ONE_MINUTE_MS } from '../../src/kernel/clock.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import type { Stop } from '../support/visitor.ts'
import { PLAIN_CLIENT, type PlainProvider, type PlainShape, plainProvider } from './support/plain-provider.ts'
import { callbackAt, upstreamStory } from './support/upstream-story.ts'

const FACEBOOK_ID = '10158000000000042'
const EMAILS = [
  { email: 'old@acme.example', primary: false, verified: true, visibility: null },
  { email: 'mona@acme.example', primary: true, verified: true, visibility: 'private' },
]
const facebookRefusal = { status: 400, body: { error: { message: 'This code has been used.', type: 'OAuthException', code: 100 } } }

interface Kind {
  readonly type: 'oauth2' | 'facebook' | 'github'
  readonly shape: PlainShape
  /** What its administrator writes besides the client. */
  readonly settings: (at: string) => Readonly<Record<string, unknown>>
  /** How the name in the directory begins. */
  readonly name: RegExp
  /** Of all that is asked of it, in order, during one sign-in. */
  readonly asks: readonly string[]
}

const kinds: readonly Kind[] = [
  {
    type: 'oauth2',
    shape: {
      host: 'forge.localhost',
      authorize: '/oauth/authorize',
      token: '/oauth/token',
      profile: '/api/v1/me',
      secretIn: 'header',
      person: { data: { user: { id: 77, name: 'Mona Lisa' }, emails: [{ value: 'mona@acme.example', confirmed: true }] } },
      refusal: { status: 400, body: { error: 'invalid_grant' } },
    },
    settings: (at) => ({
      issuer: at,
      authorizationUrl: `${at}/oauth/authorize`,
      tokenUrl: `${at}/oauth/token`,
      profileUrl: `${at}/api/v1/me`,
      scopes: ['profile'],
      profile: {
        subject: 'data.user.id',
        email: 'data.emails.0.value',
        emailVerified: 'data.emails.0.confirmed',
        name: 'data.user.name',
      },
    }),
    name: /^mona\.lisa@|^mona@/,
    asks: ['POST /oauth/token', 'GET /api/v1/me'],
  },
  {
    type: 'facebook',
    shape: {
      host: 'www.facebook.localhost',
      authorize: '/v25.0/dialog/oauth',
      token: '/v25.0/oauth/access_token',
      profile: '/v25.0/me',
      secretIn: 'form',
      person: { id: FACEBOOK_ID, name: 'Mona Lisa', first_name: 'Mona', last_name: 'Lisa', email: 'mona@acme.example' },
      wantsProof: true,
      besides: {
        '/v25.0/debug_token': (bearer) => {
          if (bearer !== `${PLAIN_CLIENT.id}|${PLAIN_CLIENT.secret}`) return { error: { code: 190 } }
          return { data: { app_id: PLAIN_CLIENT.id, type: 'USER', is_valid: true, user_id: FACEBOOK_ID, scopes: ['email'] } }
        },
      },
      refusal: facebookRefusal,
    },
    settings: (at) => ({
      issuer: at,
      authorizationUrl: `${at}/v25.0/dialog/oauth`,
      tokenUrl: `${at}/v25.0/oauth/access_token`,
      profileUrl: `${at}/v25.0/me?fields=id,name,first_name,last_name,email`,
    }),
    name: /^mona\.lisa@/,
    asks: ['POST /v25.0/oauth/access_token', 'GET /v25.0/me', 'GET /v25.0/debug_token'],
  },
  {
    type: 'github',
    shape: {
      host: 'github.localhost',
      authorize: '/login/oauth/authorize',
      token: '/login/oauth/access_token',
      profile: '/user',
      secretIn: 'form',
      person: { id: 583_231, login: 'mona-lisa', name: 'Mona Lisa', email: 'shown@acme.example' },
      besides: { '/user/emails': () => EMAILS },
      // An error has status 200 there.
      refusal: { status: 200, body: { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' } },
    },
    settings: (at) => ({
      issuer: `${at}/login/oauth`,
      authorizationUrl: `${at}/login/oauth/authorize`,
      tokenUrl: `${at}/login/oauth/access_token`,
      profileUrl: `${at.replace('//', '//api.')}/user`,
    }),
    name: /^mona\.lisa@/,
    asks: ['POST /login/oauth/access_token', 'GET /user', 'GET /user/emails'],
  },
]

const opening =
  ({ type, shape, settings }: Kind) =>
  async () => {
    const provider = await plainProvider(shape)
    const client = { clientId: PLAIN_CLIENT.id, clientSecret: new Secret(PLAIN_CLIENT.secret) }
    return {
      ...provider,
      connections: [{ name: 'elsewhere', type, label: 'Elsewhere', settings: { ...settings(provider.origin), ...client } }],
    }
  }

const signIn = async (person: Guest, chooser?: Stop): Promise<Stop> =>
  person.onward(await person.browser.click(chooser ?? (await person.openService()), 'Elsewhere'))

const hasSession = (house: House, { browser }: Guest): boolean =>
  [...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session'))

type Outcome = readonly [words: RegExp, code: string]
const CANNOT_CHECK: Outcome = [/could not check that account/, 'connection_answer_invalid']
const AWAY: Outcome = [/not answering/, 'connection_unavailable']
const INCOMPLETE: Outcome = [/did not tell us enough about you/, 'profile_incomplete']
const REFUSED: Outcome = [/You did not finish signing in/, 'connection_refused']

const wrongs = (kind: Kind): Readonly<Record<string, readonly [Parameters<PlainProvider['misbehave']>[0], Outcome]>> => ({
  'the code is spent': [{ refuses: true }, CANNOT_CHECK],
  'the token is not taken': [{ profile: { status: 401, body: {} } }, CANNOT_CHECK],
  'the profile breaks down': [{ profile: { status: 500, body: {} } }, AWAY],
  'it is asked too often': [{ profile: { status: 429, body: {} } }, AWAY],
  'nobody is in the profile': [
    { profile: { status: 200, body: { name: 'Mona Lisa' } } },
    // Facebook's is held against the token's first.
    kind.type === 'facebook' ? CANNOT_CHECK : INCOMPLETE,
  ],
  'the person says no': [{ redirect: (url) => url.searchParams.set('error', 'access_denied') }, REFUSED],
  'the state is another': [{ redirect: (url) => url.searchParams.set('state', `${url.searchParams.get('state')}x`) }, CANNOT_CHECK],
  ...(kind.type === 'facebook' && {
    'the token was made for another app': [
      { besides: { data: { app_id: '9', type: 'USER', is_valid: true, user_id: FACEBOOK_ID } } },
      CANNOT_CHECK,
    ],
    'the token is somebody else’s': [
      { besides: { data: { app_id: PLAIN_CLIENT.id, type: 'USER', is_valid: true, user_id: '1' } } },
      CANNOT_CHECK,
    ],
  }),
  ...(kind.type === 'github' && { 'the addresses cannot be read': [{ besides: { message: 'Not Found' } }, CANNOT_CHECK] }),
})

for (const kind of kinds) {
  upstreamStory(
    `somebody of a server in the shape of ${kind.type} arrives in Microsoft 365, and is the same person later`,
    { open: opening(kind) },
    async ({ house, site }) => {
      const mona = guest(house)
      const arrived = assertArrived(house, await mona.untilArrived(await signIn(mona)))
      assert.match(arrived, kind.name)
      assert.deepEqual(site.asked, kind.asks)
      const gone = mona.browser.hops.find(({ url }) => url.origin === site.origin)?.url.searchParams
      assert.equal(gone?.get('code_challenge_method'), 'S256')
      assert.equal(gone?.get('redirect_uri'), callbackAt(Number(house.publicUrl.port), 'elsewhere'))
      const again = guest(house)
      assert.equal(assertArrived(house, await again.untilArrived(await signIn(again))), arrived)
      assert.equal(madeByUsher(house).length, 1)
    },
  )

  upstreamStory(
    `whatever a server in the shape of ${kind.type} does wrong, nobody gets in, and nothing is made`,
    { open: opening(kind) },
    async ({ house, site, clock }) => {
      for (const [what, [how, [words, code]]] of Object.entries(wrongs(kind))) {
        site.misbehave(how)
        const before = house.lines.length
        const mona = guest(house)
        const stop = await signIn(mona)
        assertPage(house, stop, words)
        assert.equal(hasSession(house, mona), false, what)
        const lines = house.lines.slice(before).filter((line) => line.includes(code))
        assert.ok(
          lines.some((line) => line.includes('"connection":"elsewhere"')),
          `${what}: ${house.lines.slice(before).join('')}`,
        )
        clock.advance(ONE_MINUTE_MS)
      }
      assert.deepEqual(madeByUsher(house), [])
      assert.deepEqual(graphWrites(house), [])
      for (const line of house.lines) assert.ok(!line.includes(PLAIN_CLIENT.secret) && !/eyJ[\w-]{20}|code=[\w-]{20}/.test(line), line)
      site.misbehave({})
      const mona = guest(house)
      assertArrived(house, await mona.untilArrived(await signIn(mona)))
    },
  )
}
