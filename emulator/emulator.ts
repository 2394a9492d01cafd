import { createControlApp } from './control/control-app.ts'
import { createScenarioSwitch, type SwitchScenario } from './control/scenario-effects.ts'
import type { EmulatorClock } from './clock.ts'
import { createGoogleApp } from './google/google-app.ts'
import type { AllowedCall } from './graph/call-filter.ts'
import { graphApp } from './graph/graph.ts'
import { type Fetch, listen } from './http-server.ts'
import { createJournal, type Journal, type Site } from './journal.ts'
import { createKillSwitch, type KillSwitch } from './kill-switch.ts'
import { createLoginApp } from './login/login-app.ts'
import { openWorld } from './open-world.ts'
import { stylesheet } from './page.ts'
import { record } from './recorded.ts'
import type { VisibilityDelaysMs } from './replication.ts'
import { createServiceApp } from './service/service-app.ts'
import { createFacebookApp } from './social/facebook-app.ts'
import { createGithubApp } from './social/github-app.ts'
import { createLinkedinApp } from './social/linkedin-app.ts'
import { type Addresses, addressesAt, siteOf } from './sites.ts'
import type { World } from './world.ts'

export interface EmulatorOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly host?: string
  readonly clock: EmulatorClock
  readonly seed: number
  /** Where the tenant is kept between runs; in memory only when left out. */
  readonly stateFile?: string
  /** Usher's public address. */
  readonly usher: string
  /** All that Graph may be asked; anything else is answered 403. */
  readonly allowedCalls?: readonly AllowedCall[]
  readonly visibilityDelaysMs?: Partial<VisibilityDelaysMs>
  /** How many exchanges are remembered; a day's worth of trying things out when left out. */
  readonly journalLimit?: number
  /** Ends the process, when a kill was asked for. Does nothing by default. */
  readonly die?: () => void
}

/** Microsoft's side, and a pretend Google, LinkedIn, Facebook and GitHub. */
export interface OpenEmulator {
  readonly addresses: Addresses
  readonly world: World
  readonly scenario: SwitchScenario
  readonly journal: Journal
  readonly killSwitch: KillSwitch
  /** Answers one request for any of its addresses, without a socket. */
  readonly fetch: Fetch
}

/** Listening. */
export interface Emulator extends OpenEmulator {
  readonly close: () => Promise<void>
}

interface ServingParts {
  readonly sites: Readonly<Record<Site, Fetch>>
  readonly clock: EmulatorClock
  readonly journal: Journal
  readonly killSwitch: KillSwitch
}

const HUNG_UP = 599

const common = (path: string, site: Site): Response | undefined => {
  if (site === 'graph') return undefined
  if (path === '/emulator.css') {
    return new Response(stylesheet, { headers: { 'content-type': 'text/css; charset=utf-8' } })
  }
  return path === '/favicon.ico' ? new Response(null, { status: 204 }) : undefined
}

/** Whether this answer is one that Usher itself waits for, and not a browser. */
const isAwaitedByUsher = (site: Site, path: string): boolean =>
  site === 'graph' || (site === 'login' && path.endsWith('/oauth2/v2.0/token'))

const serve =
  ({ sites, clock, journal, killSwitch }: ServingParts): Fetch =>
  async (request) => {
    const { pathname, host } = new URL(request.url)
    const site = siteOf(host) ?? 'control'
    const shared = common(pathname, site)
    if (shared !== undefined) return shared
    const copy = request.clone()
    const at = clock.now()
    try {
      const response = await sites[site](request)
      // The control site's own traffic would only tell of whoever is watching.
      if (site !== 'control') await record(journal, { site, at, request: copy, response })
      if (isAwaitedByUsher(site, pathname)) killSwitch.pass('holding-answer')
      return response
    } catch (error) {
      const response = new Response(null, { status: HUNG_UP })
      await record(journal, { site, at, request: copy, response })
      throw error
    }
  }

/** Puts all sites together; nothing listens yet. Throws when the state file cannot be read. */
export const openEmulator = async (
  options: Omit<EmulatorOptions, 'host'>,
  addresses = addressesAt(options.port),
): Promise<OpenEmulator> => {
  const { clock, seed, stateFile, visibilityDelaysMs, allowedCalls, usher } = options
  const killSwitch = createKillSwitch(options.die ?? (() => undefined))
  const world = await openWorld({
    clock,
    seed,
    killSwitch,
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(visibilityDelaysMs === undefined ? {} : { visibilityDelaysMs }),
  })
  const journal = createJournal(options.journalLimit)
  const switchScenario = createScenarioSwitch(world)
  const login = createLoginApp({ world, addresses })
  const graph = graphApp({ world, ...(allowedCalls === undefined ? {} : { allowedCalls }) })
  const service = createServiceApp({ world, addresses })
  const google = createGoogleApp({ world, addresses })
  const linkedin = createLinkedinApp({ world, addresses })
  const facebook = createFacebookApp({ world })
  const github = createGithubApp({ world })
  const control = createControlApp({ world, addresses, journal, killSwitch, switchScenario, usher })
  const fetch = serve({
    clock,
    journal,
    killSwitch,
    sites: {
      login: async (request) => login.fetch(request),
      graph: async (request) => graph.fetch(request),
      service: async (request) => service.fetch(request),
      google: async (request) => google.fetch(request),
      linkedin: async (request) => linkedin.fetch(request),
      facebook: async (request) => facebook.fetch(request),
      github: async (request) => github.fetch(request),
      control: async (request) => control.fetch(request),
    },
  })
  return { addresses, world, journal, killSwitch, scenario: switchScenario, fetch }
}

/** Starts all sites on one port. Throws when the port is taken or the state file cannot be read. */
export const startEmulator = async (options: EmulatorOptions): Promise<Emulator> => {
  let handle: Fetch = () => Promise.resolve(new Response(null, { status: 503 }))
  const server = await listen((request) => handle(request), options.host ?? '127.0.0.1', options.port)
  try {
    const emulator = await openEmulator(options, addressesAt(server.port))
    handle = emulator.fetch
    return { ...emulator, close: server.close }
  } catch (error) {
    await server.close()
    throw error
  }
}
