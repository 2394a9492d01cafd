import { type Context, Hono } from 'hono'
import type { World } from '../world.ts'
import { addAuthorization, grantOf, misbehaving, redeem, type SocialParts } from './code-flow.ts'
import { githubPeople } from './people.ts'

const ONE_MEBIBYTE = 1_048_576

/** As its REST API says no. */
const refusal = (message: string) => ({ message, documentation_url: 'https://docs.github.com/rest', status: '401' })

/** Forms are what it speaks, unless asked for JSON; and an error has status 200. */
const answered = (c: Context, answer: Readonly<Record<string, string>>): Response => {
  if (c.req.header('accept')?.includes('application/json')) return c.json(answer)
  return c.body(new URLSearchParams(answer).toString(), 200, { 'content-type': 'application/x-www-form-urlencoded' })
}

const addToken = (app: Hono, parts: SocialParts): void => {
  app.post('/login/oauth/access_token', async (c) => {
    if (misbehaving(parts, 'tokenFails') !== undefined) return c.text('Error 500', 500)
    const redeemed = redeem(new URLSearchParams(await c.req.text()), parts)
    if (redeemed) return answered(c, { access_token: redeemed.accessToken, token_type: 'bearer', scope: 'read:user,user:email' })
    return answered(c, { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' })
  })
}

const addApi = (app: Hono, parts: SocialParts): void => {
  const personOf = (c: Context) => githubPeople.find(({ subject }) => subject === grantOf(c, parts)?.person.subject)

  app.use('/user/*', async (c, next) => {
    if (!c.req.header('user-agent')) return c.text('Request forbidden by administrative rules.', 403)
    return next()
  })

  app.get('/user', (c) => {
    const person = personOf(c)
    if (!person) return c.json(refusal('Bad credentials'), 401)
    const padding = misbehaving(parts, 'oversized') === undefined ? {} : { bio: 'x'.repeat(ONE_MEBIBYTE) }
    const { login, subject, givenName, familyName, shownEmail = null } = person
    return c.json({ login, id: Number(subject), type: 'User', name: `${givenName} ${familyName}`, email: shownEmail, ...padding })
  })

  app.get('/user/emails', (c) => {
    const person = personOf(c)
    if (!person) return c.json(refusal('Bad credentials'), 401)
    const { shownEmail, email, isEmailVerified } = person
    const shown = shownEmail ? [{ email: shownEmail, primary: false, verified: true, visibility: 'public' }] : []
    return c.json([...shown, { email, primary: true, verified: isEmailVerified, visibility: 'private' }])
  })
}

/** GitHub's OAuth apps, and the part of its REST API that belongs to them. */
export const createGithubApp = ({ world }: { world: World }): Hono => {
  const app = new Hono()
  const club = { banner: 'GitHub', people: githubPeople }
  const parts: SocialParts = { world, site: 'github', club, path: '/login/oauth/authorize', grants: new Map(), tokens: new Map() }
  addAuthorization(app, parts)
  addToken(app, parts)
  addApi(app, parts)
  return app
}
