import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator } from '../../emulator/emulator.ts'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { DEMO_CLIENT_ID, DEMO_CONNECTIONS, DEMO_GOOGLE_CLIENT, DEMO_TENANT, demoFederation, demoSettings } from '../../src/cli/demo-settings.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import { createLog } from '../../src/lib/log.ts'
import { outbound } from '../../src/lib/outbound.ts'
import { allowedCalls } from '../../src/provisioning/graph/allowed-calls.ts'
import type { StoryClock } from './story-clock.ts'
import { type Visitor, visitor } from './visitor.ts'

export interface HouseOptions {
  /** `sqlite` for a file of its own, or a `postgres://` address. */
  readonly database: string
  readonly clock: Clock & Partial<Pick<StoryClock, 'busy'>>
  readonly seed?: number
  /** Changes the demo's settings before they are applied. */
  readonly settings?: (settings: any) => unknown // the file's own shape, as loosely typed as a file
  readonly visibilityDelaysMs?: Parameters<typeof startEmulator>[0]['visibilityDelaysMs']
  readonly fetch?: typeof fetch
}

export const DANA = { username: 'dana@fabrikam.example', password: 'correct horse battery' } as const
export const ERIKA = { username: 'erika', password: 'staff horse battery' } as const

/** Usher and the emulator, both really listening, in this process and on one clock. */
export const openHouse = async (options: HouseOptions) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-house-'))
  const port = await freePort()
  const publicUrl = new URL(`http://usher.localhost:${port}`)
  const { clock } = options
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
  const calls = outbound()
  const secrets = { entra: randomBytes(24).toString('base64url'), google: randomBytes(24).toString('base64url') }
  const configFile = writeConfig(folder, publicUrl, options.database)
  const start = async () => {
    const app = await createApp(readConfig(configFile), {
      role: 'server',
      environment: {
        clock,
        randomness: { bytes: randomBytes },
        fetch: countedFetch(options.fetch ?? calls.fetch, clock),
        log: createLog({ to: { write: (line) => void lines.push(line) } }),
        close: async () => undefined,
      },
    })
    await app.listen()
    return app
  }
  let app = await start()
  const control = async (method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body: unknown = {}) => {
    const answer = await calls.fetch(`${emulator.addresses.control}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  }
  const settings = demoSettings(publicUrl, emulator, secrets)
  await app.apply(options.settings ? options.settings(settings) : settings)
  await control('PUT', `/apps/${DEMO_TENANT.clientId}`, { secrets: [secrets.entra] })
  await control('PUT', `/google/${DEMO_GOOGLE_CLIENT}`, {
    secret: secrets.google,
    redirectUris: [new URL(`/login/callback/${DEMO_CONNECTIONS.google}`, publicUrl).href],
  })
  for (const domain of [DEMO_TENANT.guestDomain, DEMO_TENANT.employeeDomain])
    await control('PUT', `/federation/${domain}`, demoFederation(publicUrl, domain, app.certificates()))
  await app.addPerson({ ...DANA, connection: DEMO_CONNECTIONS.guests, names: { given: 'Dana', family: 'Whitfield' }, email: DANA.username, attributes: {} })
  await app.addPerson({
    ...ERIKA,
    connection: DEMO_CONNECTIONS.directory,
    names: { given: 'Erika', family: 'Vogt' },
    attributes: { immutableId: 'employee-0001', userPrincipalName: `erika.vogt@${DEMO_TENANT.employeeDomain}` },
  })
  const visitors: Visitor[] = []
  return {
    publicUrl,
    clientId: DEMO_CLIENT_ID,
    emulator,
    world: emulator.world,
    clock,
    control,
    /** What the log said so far. */
    lines,
    app: () => app,
    /** Stops Usher and starts it again on the same data. */
    restart: async () => {
      await app.stop()
      app = await start()
    },
    visitor: () => {
      const made = visitor()
      visitors.push(made)
      return made
    },
    close: async () => {
      await Promise.all(visitors.map((one) => one.close()))
      await app.stop()
      await emulator.close()
      await calls.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
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

const writeConfig = (folder: string, publicUrl: URL, database: string): string => {
  const keyFile = join(folder, 'kek')
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  const file = join(folder, 'usher.json')
  const config = { publicUrl: publicUrl.origin, dataDirectory: join(folder, 'data'), database, keyFile, listen: `127.0.0.1:${publicUrl.port}` }
  writeFileSync(file, JSON.stringify(config))
  return file
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
