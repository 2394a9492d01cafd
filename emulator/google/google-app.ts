import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { sameSite } from '../cookies.ts'
import { pageHeaders } from '../page.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import { type AuthorizationRequest, readAuthorizationRequest } from './authorization.ts'
import { choicePage, problemPage } from './google-pages.ts'
import { authenticatedClient, type Grant, isRedeemable, type TokenRequest } from './google-token.ts'
import { createIdTokens, type Misbehavior, misbehaviors, profileClaims } from './id-token.ts'
import { findPerson, type GooglePerson, googlePeople } from './people.ts'

interface GoogleParts {
  readonly world: World
  readonly addresses: Addresses
  /** Codes and access tokens that were handed out. */
  readonly grants: Map<string, Grant>
  readonly people: Map<string, GooglePerson>
  readonly isMisbehaving: (...ways: readonly Misbehavior[]) => Misbehavior | undefined
}

const GOOGLE = { banner: 'Google', people: googlePeople } as const
const SESSION_COOKIE = 'SID'
const ONE_MINUTE_MS = 60_000
const ONE_HOUR_SECONDS = 3_600
const CODE_BYTES = 32
const AUTHORIZATION = '/o/oauth2/v2/auth'

const queryOf = (c: Context): URLSearchParams => new URL(c.req.url).searchParams

/** The misbehavior that is switched on, when it is one of `ways`; counts as one time it struck. */
const createMisbehaving =
  (world: World): GoogleParts['isMisbehaving'] =>
  (...ways) => {
    const how = world.scenarios.look('googleMisbehaves')?.how
    const way = misbehaviors.find((one) => one === how && ways.includes(one))
    if (way !== undefined) world.scenarios.strike('googleMisbehaves')
    return way
  }

const backTo = (request: AuthorizationRequest, answer: Readonly<Record<string, string>>): string => {
  const address = new URL(request.redirectUri)
  for (const [name, value] of Object.entries(answer)) address.searchParams.set(name, value)
  return address.href
}

const finish = ({ world, addresses, grants, isMisbehaving }: GoogleParts, request: AuthorizationRequest, person: GooglePerson): string => {
  const way = isMisbehaving('accessDenied', 'wrongState', 'mixedUpIssuer', 'noIssuer')
  const state = way === 'wrongState' ? `${request.state}x` : request.state
  const issuer = way === 'mixedUpIssuer' ? 'https://accounts.other.example' : addresses.google
  const common = { state, ...(way === 'noIssuer' ? {} : { iss: issuer }) }
  if (way === 'accessDenied') return backTo(request, { error: 'access_denied', ...common })
  const code = world.random.bytes(CODE_BYTES).toString('base64url')
  grants.set(code, { request, person, expiresAt: world.clock.now() + ONE_MINUTE_MS })
  return backTo(request, { code, scope: request.scopes.join(' '), ...common })
}

const addAuthorization = (app: Hono, parts: GoogleParts): void => {
  const { world, addresses } = parts
  const asked = (c: Context) => readAuthorizationRequest(queryOf(c), world.state.googleClients)

  app.get(AUTHORIZATION, (c) => {
    const request = asked(c)
    if (typeof request === 'string') return c.html(problemPage(GOOGLE.banner, request), 400, pageHeaders)
    const known = findPerson(getCookie(c, SESSION_COOKIE) ?? '')
    const isHinted = request.hint === undefined || findPerson(request.hint)?.subject === known?.subject
    const mustChoose = request.prompts.some((prompt) => ['select_account', 'login', 'consent'].includes(prompt))
    if (known !== undefined && isHinted && !mustChoose) return c.redirect(finish(parts, request, known))
    if (request.prompts.includes('none')) {
      return c.redirect(backTo(request, { error: 'login_required', state: request.state, iss: addresses.google }))
    }
    const query = queryOf(c)
    const link = (person: string): string => `${AUTHORIZATION}/as/${encodeURIComponent(person)}?${query}`
    return c.html(
      choicePage(GOOGLE, ({ subject }) => link(subject), link('nobody')),
      200,
      pageHeaders,
    )
  })

  app.get(`${AUTHORIZATION}/as/:person`, (c) => {
    const request = asked(c)
    if (typeof request === 'string') return c.html(problemPage(GOOGLE.banner, request), 400, pageHeaders)
    const person = findPerson(c.req.param('person'))
    if (person === undefined) {
      return c.redirect(backTo(request, { error: 'access_denied', state: request.state, iss: addresses.google }))
    }
    setCookie(c, SESSION_COOKIE, c.req.param('person'), sameSite)
    return c.redirect(finish(parts, request, person))
  })
}

const hangUntilGone = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })

/** The grant of a token request, spent; or the error of RFC 6749, section 5.2. */
const redeem = (
  { world, grants }: GoogleParts,
  request: TokenRequest,
): { clientId: string; grant: Grant } | { error: string; status: 400 | 401 } => {
  const clientId = authenticatedClient(request, world.state.googleClients)
  if (clientId === undefined) return { error: 'invalid_client', status: 401 }
  if (request.form.get('grant_type') !== 'authorization_code') return { error: 'unsupported_grant_type', status: 400 }
  const code = request.form.get('code') ?? ''
  const grant = grants.get(code)
  grants.delete(code)
  const isGood = grant !== undefined && grant.expiresAt > world.clock.now() && isRedeemable(grant, clientId, request)
  return isGood ? { clientId, grant } : { error: 'invalid_grant', status: 400 }
}

const addTokens = (app: Hono, parts: GoogleParts): void => {
  const { world, addresses, people, isMisbehaving } = parts
  const idTokens = createIdTokens()

  app.get('/oauth2/v3/certs', async (c) => c.json(await idTokens.keys()))

  app.post('/token', async (c) => {
    const way = isMisbehaving('tokenHangs', 'tokenFails')
    if (way === 'tokenHangs') await hangUntilGone(c.req.raw.signal)
    if (way === 'tokenFails') return c.text('<html><body>Error 500</body></html>', 500)
    const request = { form: new URLSearchParams(await c.req.text()), authorization: c.req.header('authorization') }
    const redeemed = redeem(parts, request)
    if ('error' in redeemed) return c.json({ error: redeemed.error }, redeemed.status)
    const { clientId, grant } = redeemed
    const now = world.clock.now()
    const accessToken = world.random.bytes(CODE_BYTES).toString('base64url')
    people.set(accessToken, grant.person)
    const { person } = grant
    const { nonce, scopes } = grant.request
    const hasSecondFactor = world.scenarios.isOn('googleSecondFactor')
    const order = { issuer: addresses.google, clientId, person, nonce, accessToken, hasSecondFactor, now }
    const idToken = await idTokens.sign(
      order,
      isMisbehaving(
        'wrongNonce',
        'noNonce',
        'wrongIssuer',
        'wrongAudience',
        'expired',
        'algNone',
        'badSignature',
        'unknownKey',
        'noSubject',
      ),
    )
    const answer = {
      access_token: accessToken,
      expires_in: ONE_HOUR_SECONDS,
      scope: scopes.join(' '),
      token_type: 'Bearer',
      id_token: idToken,
    }
    return c.json(answer, 200, { 'cache-control': 'no-store' })
  })

  app.get('/v1/userinfo', (c) => {
    const person = people.get((c.req.header('authorization') ?? '').replace(/^Bearer /i, ''))
    if (person === undefined) return c.json({ error: 'invalid_token' }, 401)
    const subject = isMisbehaving('otherUserinfo') === undefined ? person.subject : '999999999999999999999'
    return c.json({ sub: subject, ...profileClaims(person) })
  })
}

/** Google's accounts, as OpenID Connect Discovery describes them. */
export const createGoogleApp = ({ world, addresses }: { world: World; addresses: Addresses }): Hono => {
  const app = new Hono()
  const issuer = addresses.google
  const parts: GoogleParts = {
    world,
    addresses,
    grants: new Map(),
    people: new Map(),
    isMisbehaving: createMisbehaving(world),
  }
  app.get('/.well-known/openid-configuration', (c) => {
    if (parts.isMisbehaving('discoveryFails') !== undefined) return c.text('Error 502', 502)
    return c.json({
      issuer,
      authorization_endpoint: `${issuer}${AUTHORIZATION}`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/v1/userinfo`,
      jwks_uri: `${issuer}/oauth2/v3/certs`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      claims_supported: ['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'sub'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
  })
  addAuthorization(app, parts)
  addTokens(app, parts)
  return app
}
