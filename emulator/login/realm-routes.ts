import type { Hono } from 'hono'
import type { World } from '../world.ts'
import { credentialType, domainOfName, userRealm, userRealmForClients, userRealmOfOld } from './realms.ts'

const usernameIn = (body: unknown): string => {
  const username = typeof body === 'object' && body !== null && 'username' in body ? body.username : undefined
  return typeof username === 'string' ? username : ''
}

/** The public questions about where a name's people sign in. */
export const addRealmRoutes = (app: Hono, world: World): void => {
  app.get('/common/userrealm/:name', (c) => {
    const name = c.req.param('name')
    const domain = domainOfName(world, name)
    return c.json(c.req.query('api-version') === '1.0' ? userRealmForClients(domain) : userRealm(domain, name))
  })
  for (const path of ['/GetUserRealm.srf', '/getuserrealm.srf', '/common/GetUserRealm.srf']) {
    app.get(path, (c) => {
      const name = c.req.query('login') ?? ''
      return c.json(userRealmOfOld(domainOfName(world, name), name))
    })
  }
  app.post('/common/GetCredentialType', async (c) => {
    const name = usernameIn(await c.req.json().catch(() => undefined))
    return c.json(credentialType(domainOfName(world, name), name))
  })
}
