import type { Hono } from 'hono'
import { clientName } from '../social/code-flow.ts'
import type { World } from '../world.ts'
import type { AppRegistration } from '../world-state.ts'
import { asApp, asFederation, asFields, asGoogleClient, ControlRefused, wholeNumber } from './control-input.ts'

const ROLES = ['User.ReadWrite.All', 'LicenseAssignment.ReadWrite.All']

const newApp = (clientId: string): AppRegistration => ({
  clientId,
  displayName: clientId,
  secrets: [],
  certificates: [],
  roles: ROLES,
})

const checkFederable = (world: World, name: string, issuerUri: string): void => {
  if (world.state.domains[name]?.isInitial === true) {
    throw new ControlRefused(400, 'The initial domain of a tenant cannot be federated.')
  }
  const others = Object.values(world.state.domains).filter((domain) => domain.name !== name)
  if (others.some(({ federation }) => federation?.issuerUri === issuerUri)) {
    throw new ControlRefused(409, 'Another domain has this issuerUri already.')
  }
}

/** Who may ask the pretend providers for people. */
const addClientRoutes = (app: Hono, world: World): void => {
  app.put('/google/:clientId', async (c) => {
    const client = asGoogleClient(asFields(await c.req.json()))
    await world.write(({ state }) => {
      state.googleClients[c.req.param('clientId')] = client
    })
    return c.body(null, 204)
  })

  app.put('/social/:site/:clientId', async (c) => {
    const client = asGoogleClient(asFields(await c.req.json()))
    const name = clientName(c.req.param('site'), c.req.param('clientId'))
    await world.write(({ state }) => {
      state.socialClients = { ...state.socialClients, [name]: client }
    })
    return c.body(null, 204)
  })
}

/** What is declared about the tenant: federated domains, apps, seats, and clients of the pretend providers. */
export const addTenantRoutes = (app: Hono, world: World): void => {
  app.get('/domains', (c) => c.json({ value: Object.values(world.state.domains) }))

  app.put('/federation/:domain', async (c) => {
    const name = c.req.param('domain').toLowerCase()
    const known = world.state.domains[name]
    const federation = asFederation(asFields(await c.req.json()), known?.federation?.id ?? world.random.guid())
    checkFederable(world, name, federation.issuerUri)
    const domain = { name, isInitial: false, isDefault: false, authenticationType: 'Federated', federation } as const
    await world.write(({ state }) => {
      state.domains[name] = domain
    })
    return c.json(federation)
  })

  app.delete('/federation/:domain', async (c) => {
    const name = c.req.param('domain').toLowerCase()
    const known = world.state.domains[name]
    if (known === undefined) throw new ControlRefused(404, 'There is no such domain.')
    const { federation: _, ...domain } = known
    await world.write(({ state }) => {
      state.domains[name] = { ...domain, authenticationType: 'Managed' }
    })
    return c.body(null, 204)
  })

  app.put('/apps/:clientId', async (c) => {
    const clientId = c.req.param('clientId')
    const registration = asApp(asFields(await c.req.json()), world.state.apps[clientId] ?? newApp(clientId))
    await world.write(({ state }) => {
      state.apps[clientId] = registration
    })
    return c.json({ clientId, roles: registration.roles })
  })

  app.get('/skus', (c) => c.json({ value: Object.values(world.state.skus).map((sku) => ({ ...sku, seats: world.seats(sku.skuId) })) }))

  app.put('/skus/:skuId', async (c) => {
    const skuId = c.req.param('skuId').toLowerCase()
    const sku = world.state.skus[skuId]
    if (sku === undefined) throw new ControlRefused(404, 'There is no such SKU.')
    const fields = asFields(await c.req.json())
    const enabled = fields['enabled'] === undefined ? sku.enabled : wholeNumber(fields, 'enabled')
    const heldByOthers = fields['heldByOthers'] === undefined ? sku.heldByOthers : wholeNumber(fields, 'heldByOthers')
    await world.write(({ state }) => {
      state.skus[skuId] = { ...sku, enabled, heldByOthers }
    })
    return c.json({ skuId, ...world.seats(skuId) })
  })

  addClientRoutes(app, world)
}
