import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator } from '../../emulator/emulator.ts'
import type { App } from '../../src/app.ts'
import type { Environment } from '../../src/environment.ts'
import {
  DEMO_CLIENT_ID,
  DEMO_CONNECTIONS,
  DEMO_GOOGLE_CLIENT,
  DEMO_TENANT,
  demoFederation,
  demoSettings,
} from '../../src/cli/demo-settings.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import { createLog } from '../../src/lib/log.ts'
import { patient } from './patient.ts'
import { allowedCalls } from '../../src/provisioning/graph/allowed-calls.ts'
import { freePort } from './free-port.ts'
import { type LintedResponse, lintHeaders } from './header-lint.ts'
import { startNodes } from './nodes.ts'
import type { StoryClock } from './story-clock.ts'
import { type Visitor, type VisitorOptions, visitor } from './visitor.ts'

export interface HouseOptions {
  /** `sqlite` for a file of its own, or a `postgres://` address. */
  readonly database: string
  readonly clock: Clock & Partial<Pick<StoryClock, 'busy'>>
  readonly seed?: number
  /** Changes the demo's settings before they are applied. */
  // biome-ignore lint/suspicious/noExplicitAny: a settings file, as loosely typed as files are
  readonly settings?: (settings: any) => unknown
  readonly visibilityDelaysMs?: Parameters<typeof startEmulator>[0]['visibilityDelaysMs']
  readonly fetch?: typeof fetch
  /** Where Usher answers; a free port when none is given. */
  readonly port?: number
  /** How many processes' worth of Usher share the database, with a balancer in front; one and none when left out. */
  readonly nodes?: number
  /** Usher ends TLS itself, with a certificate that only a browser told so accepts. */
  readonly https?: boolean
  /** What checks Kerberos tickets. */
  readonly kerberos?: Environment['kerberos']
}

export const DANA = { username: 'dana@fabrikam.example', password: 'correct horse battery' } as const
export const ERIKA = { username: 'erika', password: 'staff horse battery' } as const

/** Usher and the emulator, both really listening, in this process and on one clock. */
export const openHouse = async (options: HouseOptions) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-house-'))
  const publicUrl = new URL(`${options.https ? 'https' : 'http'}://usher.localhost:${options.port ?? (await freePort())}`)
  const { clock, database } = options
  const emulator = await startEmulator({
    port: 0,
    clock,
    seed: options.seed ?? 1,
    usher: publicUrl.origin,
    allowedCalls,
    journalLimit: Number.POSITIVE_INFINITY,
    ...(options.visibilityDelaysMs && { visibilityDelaysMs: options.visibilityDelaysMs }),
  })
  const lines: string[] = []
  const calls = patient()
  const secrets = { entra: randomBytes(24).toString('base64url'), google: randomBytes(24).toString('base64url') }
  const environment = {
    clock,
    randomness: { bytes: randomBytes },
    fetch: countedFetch(options.fetch ?? calls.fetch, clock),
    log: createLog({ to: { write: (line) => void lines.push(line) } }),
    ...(options.kerberos && { kerberos: options.kerberos }),
    close: async () => undefined,
  }
  const nodes = await startNodes({ folder, publicUrl, database, environment, nodes: options.nodes })
  const [app] = nodes.apps()
  const control = controlOf(emulator, calls.fetch)
  const settings = demoSettings(publicUrl, emulator, secrets)
  await app.apply(options.settings ? options.settings(settings) : settings)
  await introduce({ app, control, publicUrl, secrets })
  const visitors: Visitor[] = []
  const linter = lintAnswers(publicUrl.origin)
  return {
    publicUrl,
    /** Everything of this installation, and the temporary files of the test. */
    folder,
    database,
    /** What others gave Usher to prove itself with. */
    secrets,
    clientId: DEMO_CLIENT_ID,
    emulator,
    world: emulator.world,
    clock,
    control,
    /** What the log said so far. */
    lines,
    app: () => nodes.apps()[0],
    apps: nodes.apps,
    /** Stops Usher and starts it again on the same data. */
    restart: nodes.restart,
    /** How many answers of Usher's went past the linter. */
    linted: linter.count,
    visitor: (more: Pick<VisitorOptions, 'says' | 'ticket' | 'calls'> = {}) => {
      const made = visitor({ ...more, answered: linter.answered })
      visitors.push(made)
      return made
    },
    close: async () => {
      await Promise.all(visitors.map((one) => one.close()))
      await nodes.close()
      await emulator.close()
      await calls.close()
      rmSync(folder, { recursive: true, force: true })
      linter.assertClean()
    },
  }
}

/** Every answer of Usher's to every visitor goes past the linter. */
const lintAnswers = (origin: string) => {
  const findings: string[] = []
  let count = 0
  return {
    count: () => count,
    answered: (answer: LintedResponse) => {
      const url = new URL(answer.url)
      if (url.origin !== origin) return
      count += 1
      findings.push(...lintHeaders(answer).map((finding) => `${url.pathname}: ${finding}`))
    },
    assertClean: () => assert.deepEqual(findings, []),
  }
}

type Control = (method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => Promise<void>

const controlOf =
  (emulator: Awaited<ReturnType<typeof startEmulator>>, call: typeof fetch): Control =>
  async (method, path, body = {}) => {
    const answer = await call(`${emulator.addresses.control}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  }

interface Introduction {
  readonly app: App
  readonly control: Control
  readonly publicUrl: URL
  readonly secrets: { readonly entra: string; readonly google: string }
}

/** The administrator's part on Microsoft's and Google's side, and the people with a password. */
const introduce = async ({ app, control, publicUrl, secrets }: Introduction): Promise<void> => {
  await control('PUT', `/apps/${DEMO_TENANT.clientId}`, { secrets: [secrets.entra] })
  await control('PUT', `/google/${DEMO_GOOGLE_CLIENT}`, {
    secret: secrets.google,
    redirectUris: [new URL(`/login/callback/${DEMO_CONNECTIONS.google}`, publicUrl).href],
  })
  for (const domain of [DEMO_TENANT.guestDomain, DEMO_TENANT.employeeDomain])
    await control('PUT', `/federation/${domain}`, demoFederation(publicUrl, domain, app.certificates()))
  await app.addPerson({
    ...DANA,
    connection: DEMO_CONNECTIONS.guests,
    names: { given: 'Dana', family: 'Whitfield' },
    email: DANA.username,
    attributes: {},
  })
  await app.addPerson({
    ...ERIKA,
    connection: DEMO_CONNECTIONS.directory,
    names: { given: 'Erika', family: 'Vogt' },
    attributes: { immutableId: 'employee-0001', userPrincipalName: `erika.vogt@${DEMO_TENANT.employeeDomain}` },
  })
}

/** No time passes while Usher waits for somebody's answer. */
const countedFetch =
  (call: typeof fetch, clock: HouseOptions['clock']): typeof fetch =>
  async (input, init) => {
    const over = clock.busy?.()
    try {
      return await call(input, init)
    } finally {
      over?.()
    }
  }

export type House = Awaited<ReturnType<typeof openHouse>>
