import { createHmac } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { GooglePerson } from '../google/people.ts'
import type { World } from '../world.ts'
import { addAuthorization, bearerOf, clientOf, grantOf, misbehaving, redeem, type SocialParts } from './code-flow.ts'
import { facebookPeople } from './people.ts'

const VERSION = '/v25.0'
const TWO_MONTHS_SECONDS = 5_184_000
const ONE_MEBIBYTE = 1_048_576

/** As the Graph API says no. */
const refusal = (message: string) => ({ error: { message, type: 'OAuthException', code: 190, fbtrace_id: 'x' } })

/** "Secure Graph API calls": the token, proven with the app's secret. */
const isProven = (c: Context, secret: string): boolean => {
  const proof = createHmac('sha256', secret).update(bearerOf(c)).digest('hex')
  return c.req.query('appsecret_proof') === proof
}

const fieldsOf = ({ subject, email, givenName, familyName }: GooglePerson): Readonly<Record<string, string>> => ({
  id: subject,
  name: `${givenName} ${familyName}`,
  first_name: givenName,
  last_name: familyName,
  // People without an address, or who keep it back, simply have none.
  ...(email === '' ? {} : { email }),
})

const addGraph = (app: Hono, parts: SocialParts): void => {
  app.post(`${VERSION}/oauth/access_token`, async (c) => {
    if (misbehaving(parts, 'tokenFails') !== undefined) return c.text('Error 500', 500)
    const redeemed = redeem(new URLSearchParams(await c.req.text()), parts)
    if (redeemed === undefined) return c.json(refusal('This authorization code has been used.'), 400)
    return c.json({ access_token: redeemed.accessToken, token_type: 'bearer', expires_in: TWO_MONTHS_SECONDS })
  })

  app.get(`${VERSION}/me`, (c) => {
    const grant = grantOf(c, parts)
    if (grant === undefined) return c.json(refusal('Invalid OAuth access token.'), 401)
    if (!isProven(c, clientOf(parts, grant.clientId)?.secret ?? '')) return c.json(refusal('Invalid appsecret_proof'), 400)
    const padding = misbehaving(parts, 'oversized') === undefined ? {} : { padding: 'x'.repeat(ONE_MEBIBYTE) }
    const wanted = (c.req.query('fields') ?? 'id,name').split(',')
    const known = Object.entries(fieldsOf(grant.person)).filter(([name]) => wanted.includes(name))
    return c.json({ ...Object.fromEntries(known), ...padding })
  })

  app.get(`${VERSION}/debug_token`, (c) => {
    const [clientId = '', secret] = bearerOf(c).split('|')
    if (clientOf(parts, clientId)?.secret !== secret) return c.json(refusal('Invalid OAuth access token signature.'), 400)
    const grant = parts.tokens.get(c.req.query('input_token') ?? '')
    if (grant === undefined) return c.json({ data: { is_valid: false, error: { code: 190 } } })
    const appId = misbehaving(parts, 'foreignToken', 'wrongAudience') === undefined ? grant.clientId : '999999999999999'
    return c.json({
      data: { app_id: appId, type: 'USER', is_valid: true, user_id: grant.person.subject, scopes: ['email', 'public_profile'] },
    })
  })
}

/** Facebook Login and the part of the Graph API that belongs to it, on one host. */
export const createFacebookApp = ({ world }: { world: World }): Hono => {
  const app = new Hono()
  const club = { banner: 'Facebook', people: facebookPeople }
  const parts: SocialParts = { world, site: 'facebook', club, path: `${VERSION}/dialog/oauth`, grants: new Map(), tokens: new Map() }
  addAuthorization(app, parts)
  addGraph(app, parts)
  return app
}
