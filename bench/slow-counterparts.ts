import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createApp } from '../src/app.ts'
import { DEMO_CLIENT_ID, DEMO_CONNECTIONS } from '../src/cli/demo-settings.ts'
import { readConfig } from '../src/config.ts'
import { Secret } from '../src/kernel/secret.ts'
import { adSettings } from '../test/support/fake-ldap-stage.ts'
import { ruleOf } from '../test/support/rule-samples.ts'
import { type DemoSettings, type Installation, prepareInstallation } from './installation.ts'
import { LOAD_CORE, load, serve, stop } from './measured-process.ts'
import { digits, median, report } from './report.ts'
import type { Errand, TarpitAnswer, TarpitCommand, TarpitOrder } from './tarpit.ts'

const TARPIT = fileURLToPath(new URL('tarpit.ts', import.meta.url))
const PEOPLE = 1_000
const STUCK = 100
/** How long somebody waits for a counterpart that hangs, and how often somebody comes to one that does not. */
const TURN_MS = 5_000
const WARM_UP = 10_000
const REQUESTS = 3_000
const ROUNDS = 3

/** Who hangs, what of Usher leads there, and what the crowd does. */
interface Slow {
  readonly name: string
  readonly adapt?: (demo: DemoSettings, ports: TarpitAnswer['ports']) => unknown
  readonly setUp?: (installation: Installation, ports: TarpitAnswer['ports']) => Promise<void>
  readonly errands: (installation: Installation) => readonly Errand[]
}

/** B39: what warm sign-ins wait while a hundred people at a time are stuck, against the same hundred answered at once. */
export const slowCounterpartsBenchmark = async (): Promise<void> => {
  for (const slow of [provider, directory, ruleHost]) {
    const tarpit = await openTarpit({ crowd: STUCK, turnMs: TURN_MS })
    const installation = await prepareInstallation(PEOPLE, (demo) => slow.adapt?.(demo, tarpit.ports) ?? demo)
    try {
      await slow.setUp?.(installation, tarpit.ports)
      const server = await serve(installation)
      try {
        await compare(slow, { installation, tarpit, pid: server.pid ?? 0 })
      } finally {
        await stop(server)
      }
    } finally {
      tarpit.close()
      installation.remove()
    }
  }
}

interface Stage {
  readonly installation: Installation
  readonly tarpit: Tarpit
  readonly pid: number
}

const compare = async ({ name, errands }: Slow, { installation, tarpit, pid }: Stage): Promise<void> => {
  // The crowd and those whose wait is measured are different people.
  const shapes = installation.shapes(PEOPLE).slice(STUCK)
  const order = { port: installation.port, connections: 1, shapes, expected: 'name="wresult"' }
  await load({ ...order, requests: WARM_UP })
  const phase = async (hangs: boolean) => {
    await tarpit.tell({ hangs, errands: errands(installation) })
    await wait(TURN_MS)
    const { p99Ms } = await load({ ...order, requests: REQUESTS })
    const { most } = await tarpit.tell('rest')
    return { p99Ms, most }
  }
  await phase(false)
  const before = await sockets(pid)
  const rounds: { readonly quiet: number; readonly hung: number; readonly most: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const [quiet, hung] = [await phase(false), await phase(true)]
    rounds.push({ quiet: quiet.p99Ms, hung: hung.p99Ms, most: hung.most })
  }
  const after = await sockets(pid)
  const of = (phaseName: 'quiet' | 'hung') => digits(median(rounds.map((round) => round[phaseName])))
  console.log(`p99 of a warm sign-in: ${of('quiet')} ms, ${of('hung')} ms while ${STUCK} people wait for a ${name} that hangs`)
  const ratio = median(rounds.map((one) => one.hung / one.quiet))
  report({ what: `B39: p99 while a ${name} hangs ÷ while it answers`, measured: ratio, target: 1.1, wanted: 'at most' })
  console.log(`most calls it kept waiting: ${Math.max(...rounds.map(({ most }) => most))}`)
  report({ what: 'B39: sockets left behind', measured: Math.max(0, after - before), target: 0, wanted: 'at most' })
}

const startOf = ({ port }: Installation): string =>
  `http://usher.localhost:${port}/wsfed/${DEMO_CLIENT_ID}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x`

const provider: Slow = {
  name: 'provider',
  adapt: (demo, ports) => {
    const settings = { issuer: `http://tarpit.localhost:${ports.provider}`, clientId: 'usher', clientSecret: new Secret('unused') }
    const connections = demo.connections.map((one) => (one.name === DEMO_CONNECTIONS.google ? { ...one, settings } : one))
    return { ...demo, connections }
  },
  errands: (installation) => [{ address: startOf(installation), click: 'Google' }],
}

const directory: Slow = {
  name: 'directory',
  adapt: (demo, ports) => {
    const settings = adSettings(ports.directory)
    return {
      ...demo,
      connections: [...demo.connections, { name: 'tarpit', type: 'ldap', label: 'Tarpit', settings }],
      relyingParties: demo.relyingParties.map((party) => ({ ...party, connections: [...party.connections, 'tarpit'] })),
    }
  },
  errands: (installation) =>
    Array.from({ length: PEOPLE }, (_, index) => ({
      address: startOf(installation),
      click: 'Tarpit',
      typed: { username: `person-${index}`, password: 'correct horse battery' },
    })),
}

/** Calls out for the crowd alone. */
const calling = (port: number): string => `function (user, context, callback) {
  const [, number] = /Number (\\d+)$/.exec(user.family_name)
  if (Number(number) >= ${STUCK}) return callback(null, user, context)
  require('request').get('http://127.0.0.1:${port}/called', (error) => callback(error, user, context))
}`

const BUDGET_MS = 4_000

const ruleHost: Slow = {
  name: 'host that a rule calls',
  setUp: async ({ configFile }, ports) => {
    writeFileSync(configFile, JSON.stringify({ ...JSON.parse(readFileSync(configFile, 'utf8')), ruleHosts: ['127.0.0.1'] }))
    const rule = ruleOf(calling(ports.provider), { id: 'rul_0000000000000000', name: 'Calls out', order: 1 })
    const app = await createApp(readConfig(configFile), { role: 'command' })
    await app.changeRules('bench', () => ({ rules: [rule], configuration: {}, budgetMs: BUDGET_MS }))
    await app.stop()
  },
  errands: ({ shapes, port }) =>
    shapes(PEOPLE)
      .slice(0, STUCK)
      .map(({ path, cookie }) => ({ address: `http://usher.localhost:${port}${path}`, ...(cookie && { cookie }) })),
}

const openTarpit = async (order: TarpitOrder) => {
  // Whose wait is measured asks from the same core; the crowd makes way for it.
  const child = spawn('taskset', ['-c', String(LOAD_CORE), 'nice', '-n', '19', process.execPath, TARPIT], {
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  })
  child.stdin?.end(JSON.stringify(order))
  const gone = new AbortController()
  child.once('exit', (code) => gone.abort(new Error(`the tarpit ended with ${code}`)))
  const answer = async (): Promise<TarpitAnswer> => {
    const [message] = await once(child, 'message', gone)
    return message
  }
  const { ports } = await answer()
  return {
    ports,
    tell: (command: TarpitCommand): Promise<TarpitAnswer> => {
      const told = answer()
      child.send(command)
      return told
    },
    close: () => void (child.connected && child.disconnect()),
  }
}

type Tarpit = Awaited<ReturnType<typeof openTarpit>>

/** Those to other programs that the server has open, once idle ones had time to be closed. Runners hang on pipes and pairs. */
const sockets = async (pid: number): Promise<number> => {
  await wait(2 * TURN_MS)
  const folder = `/proc/${pid}/fd`
  const opened = new Set(readdirSync(folder).map((name) => targetOf(`${folder}/${name}`)))
  const tables = ['tcp', 'tcp6'].map((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8'))
  return tables.flatMap((table) => table.trim().split('\n').slice(1)).filter((line) => opened.has(inodeIn(line))).length
}

/** The tenth field of a line. */
const inodeIn = (line: string): string => `socket:[${line.trim().split(/\s+/)[9]}]`

const targetOf = (file: string): string => {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
