import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { sameSite } from '../cookies.ts'
import { pageHeaders } from '../page.ts'
import { createServiceSessions } from '../service-session.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import { arrivalPage, gonePage } from './service-pages.ts'

const COOKIE = 'FedAuth'

/** A service of Microsoft 365 that people want to reach: `contoso.sharepoint.com`. */
export const createServiceApp = ({ world, addresses }: { world: World; addresses: Addresses }): Hono => {
  const app = new Hono()
  const sessions = createServiceSessions(world)

  app.get('/_forms/signin', (c) => {
    const { ticket = '', to = '/' } = c.req.query()
    if (sessions.open(ticket) === undefined) return c.text('This ticket is not valid.', 400)
    setCookie(c, COOKIE, ticket, sameSite)
    const target = new URL(to, addresses.service)
    return c.redirect(target.origin === addresses.service ? `${target.pathname}${target.search}` : '/')
  })

  app.get('/_layouts/15/SignOut.aspx', (c) => {
    deleteCookie(c, COOKIE, sameSite)
    return c.redirect(`${addresses.login}/logout`)
  })

  const show = (c: Context) => {
    const ticket = getCookie(c, COOKIE)
    const session = ticket === undefined ? undefined : sessions.open(ticket)
    const { pathname, search } = new URL(c.req.url)
    if (session === undefined) {
      const whr = c.req.query('whr')
      const hint = whr === undefined ? '' : `&whr=${encodeURIComponent(whr)}`
      const wreply = encodeURIComponent(`${addresses.service}${pathname}${search}`)
      return c.redirect(`${addresses.login}/login.srf?wa=wsignin1.0${hint}&wreply=${wreply}`)
    }
    const user = world.truth.find(session.userId)
    if (user === undefined) return c.html(gonePage(), 403, pageHeaders)
    c.header('x-emulator-arrived', user.userPrincipalName)
    const licenses = user.assignedLicenses.map(({ skuId }) => world.state.skus[skuId]?.name ?? skuId)
    const arrival = { user, licenses, session, path: `${pathname}${search}` }
    return c.html(arrivalPage(arrival, addresses), 200, pageHeaders)
  }
  app.get('*', show)
  return app
}
