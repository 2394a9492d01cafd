import { Hono } from 'hono'
import { createIdTokens, type Misbehavior, profileClaims } from '../google/id-token.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import { addAuthorization, grantOf, misbehaving, redeem, type SocialMisbehavior, type SocialParts } from './code-flow.ts'
import { linkedinPeople } from './people.ts'

const TWO_MONTHS_SECONDS = 5_184_000

/** What of it the maker of ID tokens knows how to do. */
const known: Partial<Record<SocialMisbehavior, Misbehavior>> = {
  wrongIssuer: 'wrongIssuer',
  wrongAudience: 'wrongAudience',
  foreignToken: 'wrongAudience',
  badSignature: 'badSignature',
}

const addTokens = (app: Hono, issuer: string, parts: SocialParts): void => {
  const idTokens = createIdTokens()
  app.get('/oauth/openid/jwks', async (c) => c.json(await idTokens.keys()))
  app.post('/oauth/v2/accessToken', async (c) => {
    if (misbehaving(parts, 'tokenFails') !== undefined) return c.text('Error 500', 500)
    const form = new URLSearchParams(await c.req.text())
    // LinkedIn takes no verifier from whoever has a secret, and calls that an invalid client.
    const redeemed = form.has('code_verifier') ? undefined : redeem(form, parts)
    if (redeemed === undefined) return c.json({ error: 'invalid_client', error_description: 'Client authentication failed' }, 401)
    const { accessToken, grant } = redeemed
    const { clientId, person } = grant
    const way = misbehaving(parts, 'wrongIssuer', 'wrongAudience', 'foreignToken', 'badSignature')
    // It repeats no nonce.
    const order = { issuer, clientId, person, accessToken, nonce: undefined, hasSecondFactor: false, now: parts.world.clock.now() }
    const idToken = await idTokens.sign(order, way && known[way])
    const scope = 'email,openid,profile'
    return c.json({ access_token: accessToken, expires_in: TWO_MONTHS_SECONDS, scope, token_type: 'Bearer', id_token: idToken })
  })
  app.get('/v2/userinfo', (c) => {
    const grant = grantOf(c, parts)
    return grant === undefined ? c.json({ status: 401 }, 401) : c.json({ sub: grant.person.subject, ...profileClaims(grant.person) })
  })
}

/** Sign In with LinkedIn using OpenID Connect. */
export const createLinkedinApp = ({ world, addresses }: { world: World; addresses: Addresses }): Hono => {
  const app = new Hono()
  const issuer = `${addresses.linkedin}/oauth`
  const club = { banner: 'LinkedIn', people: linkedinPeople }
  const parts: SocialParts = { world, site: 'linkedin', club, path: '/oauth/v2/authorization', grants: new Map(), tokens: new Map() }
  app.get('/oauth/.well-known/openid-configuration', (c) =>
    c.json({
      issuer,
      authorization_endpoint: `${issuer}/v2/authorization`,
      token_endpoint: `${issuer}/v2/accessToken`,
      userinfo_endpoint: `${addresses.linkedin}/v2/userinfo`,
      jwks_uri: `${issuer}/openid/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email'],
    }),
  )
  addAuthorization(app, parts)
  addTokens(app, issuer, parts)
  return app
}
