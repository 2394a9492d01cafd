import { type Context, Hono } from 'hono'
import type { Journal, Site } from '../journal.ts'
import { type KillSwitch, killPoints } from '../kill-switch.ts'
import { pageHeaders } from '../page.ts'
import { isScenarioName, type ScenarioName } from '../scenarios.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import { asFields, ControlRefused, wholeNumber } from './control-input.ts'
import { asDemoLinks, type DemoLinks, noDemoLinks } from './demo-links.ts'
import { landingPage } from './landing-page.ts'
import { addPeopleRoutes } from './people-routes.ts'
import type { SwitchScenario } from './scenario-effects.ts'
import { addTenantRoutes } from './tenant-routes.ts'

export interface ControlOptions {
  readonly world: World
  readonly addresses: Addresses
  readonly journal: Journal
  readonly killSwitch: KillSwitch
  readonly switchScenario: SwitchScenario
  readonly usher: string
}

const scenarioNamed = (name: string): ScenarioName => {
  if (isScenarioName(name)) return name
  throw new ControlRefused(404, 'There is no such scenario.')
}

const addScenarioRoutes = (app: Hono, { world, switchScenario }: ControlOptions): void => {
  app.get('/scenarios', (c) => c.json({ value: world.scenarios.list() }))
  app.put('/scenario/:name', async (c) => {
    const { on, ...options } = asFields(await c.req.json())
    await switchScenario(scenarioNamed(c.req.param('name')), on === true, options)
    return c.body(null, 204)
  })
  app.post('/scenario/:name', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    await switchScenario(scenarioNamed(c.req.param('name')), form.get('on') === 'true')
    return c.redirect('/', 303)
  })
}

const addJournalRoutes = (app: Hono, { journal }: ControlOptions): void => {
  app.get('/journal', (c) => {
    // Any other word than a site's name simply matches nothing.
    const site = c.req.query('site') as Site | undefined
    return c.json({ value: journal.entries(site) })
  })
  app.delete('/journal', (c) => {
    journal.clear()
    return c.body(null, 204)
  })
}

const addKillRoute = (app: Hono, { killSwitch }: ControlOptions): void => {
  app.post('/kill', async (c) => {
    const fields = asFields(await c.req.json())
    const at = killPoints.find((point) => point === fields['at'])
    if (at === undefined) throw new ControlRefused(400, `at must be one of ${killPoints.join(', ')}.`)
    killSwitch.arm(at, wholeNumber(fields, 'k'))
    return c.body(null, 204)
  })
}

/** Another website that a browser happens to have open must not be able to change anything here. */
const isForeign = (c: Context, addresses: Addresses): boolean => {
  const origin = c.req.header('origin')
  const isReading = c.req.method === 'GET' || c.req.method === 'HEAD'
  return !isReading && origin !== undefined && origin !== addresses.control
}

/** What drives the emulator: an API for tests, and the demo's first page for people. */
export const createControlApp = (options: ControlOptions): Hono => {
  const { world, addresses, usher } = options
  const app = new Hono()
  let demo: DemoLinks = noDemoLinks
  app.use(async (c, next) => {
    if (isForeign(c, addresses)) return c.json({ error: 'This was asked by another website.' }, 403)
    return next()
  })
  app.onError((error, c) => {
    if (error instanceof ControlRefused) return c.json({ error: error.message }, error.status)
    if (error instanceof SyntaxError) return c.json({ error: 'The body is not JSON.' }, 400)
    throw error
  })
  app.get('/', (c) => c.html(landingPage({ world, addresses, usher, demo }), 200, pageHeaders))
  app.put('/demo', async (c) => {
    demo = asDemoLinks(await c.req.json())
    return c.body(null, 204)
  })
  app.get('/seed', (c) => c.json({ seed: world.random.seed }))
  addScenarioRoutes(app, options)
  addJournalRoutes(app, options)
  addKillRoute(app, options)
  addPeopleRoutes(app, world)
  addTenantRoutes(app, world)
  return app
}
