import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie } from 'hono/cookie'
import { crossSite } from '../cookies.ts'
import { contentSecurityPolicy, pageHeaders } from '../page.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import { signedOutPage } from './login-pages.ts'

/** Holds the domain of who is signed in; nothing secret, for a pretend Microsoft. */
export const SESSION_COOKIE = 'ESTSAUTH'

const REALM = 'urn%3afederation%3aMicrosoftOnline'

const withQuery = (address: string, query: string): string => `${address}${address.includes('?') ? '&' : '?'}${query}`

/** Where the identity provider of whoever was signed in here signs people out. */
const endSession = (c: Context, world: World): string | undefined => {
  const domain = getCookie(c, SESSION_COOKIE)
  deleteCookie(c, SESSION_COOKIE, crossSite)
  const federation = domain === undefined ? undefined : world.state.domains[domain]?.federation
  return federation?.signOutUri ?? federation?.passiveSignInUri
}

/** Sign-out by the person (WS-Federation `wsignout1.0`), and cleaning up after the provider's own. */
export const addSignOutRoutes = (app: Hono, { world, addresses }: { world: World; addresses: Addresses }): void => {
  const signOut = (c: Context) => {
    const provider = endSession(c, world)
    if (provider === undefined) return c.html(signedOutPage(undefined), 200, pageHeaders)
    // Some services ask for a silent clean-up and stay on Microsoft's page instead of going to the provider.
    if (c.req.query('cleanup') !== undefined) {
      const image = withQuery(provider, 'wa=wsignoutcleanup1.0')
      const policy = contentSecurityPolicy(new URL(provider).origin)
      return c.html(signedOutPage(image), 200, { ...pageHeaders, 'content-security-policy': policy })
    }
    const back = encodeURIComponent(`${addresses.login}/`)
    return c.redirect(withQuery(provider, `wa=wsignout1.0&wtrealm=${REALM}&wreply=${back}`))
  }
  app.get('/logout', signOut)
  app.get('/common/oauth2/logout', signOut)

  const byAction = new Hono()
  byAction.get('/login.srf', async (c, next) => {
    const action = c.req.query('wa')
    if (action === 'wsignout1.0') return signOut(c)
    if (action !== 'wsignoutcleanup1.0') return next()
    deleteCookie(c, SESSION_COOKIE, crossSite)
    return c.body(null, 200, { 'content-type': 'text/plain', 'cache-control': 'no-store' })
  })
  app.route('/', byAction)
}
