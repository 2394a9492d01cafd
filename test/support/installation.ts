import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { freePort } from './free-port.ts'

const USHER = fileURLToPath(new URL('../../src/cli/usher.ts', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** The command as administrators run it, with no core dumps and no debugger, in a process of its own. */
const spawnUsher = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess =>
  spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'sh', process.execPath, '--disable-sigusr1', USHER, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_OPTIONS: '', ...environment },
  })

/** One command, to its end. */
export const runUsher = async (args: readonly string[], { input, environment }: RunOptions = {}): Promise<Ran> => {
  const child = spawnUsher(args, environment)
  const said = listenTo(child)
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input ?? '')
  const [code] = await once(child, 'close')
  return { code, stdout: said.stdout(), stderr: said.stderr() }
}

const listenTo = (child: ChildProcess) => {
  const said = { stdout: '', stderr: '' }
  const waiting: { readonly pattern: RegExp; readonly resolve: () => void }[] = []
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      said[name] += chunk.toString()
      for (const { pattern, resolve } of waiting) if (pattern.test(said.stdout + said.stderr)) resolve()
    })
  const spoken = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      if (pattern.test(said.stdout + said.stderr)) return resolve()
      waiting.push({ pattern, resolve })
      child.once('close', () => reject(new Error(`it ended without saying ${pattern}: ${said.stderr}`)))
      return undefined
    })
  return { stdout: () => said.stdout, stderr: () => said.stderr, spoken }
}

/** A process that goes on until it is told to stop. */
export const startUsher = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const child = spawnUsher(args, environment)
  const said = listenTo(child)
  const ended = once(child, 'close').then(([code, signal]: readonly unknown[]) => ({ code, signal }))
  return {
    pid: child.pid ?? 0,
    ...said,
    ended,
    signal: (name: NodeJS.Signals) => child.kill(name),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

export type RunningUsher = ReturnType<typeof startUsher>

/** A target as a demo has it: Microsoft's side is on this machine. */
export const localTarget = {
  name: 'contoso',
  tenant: DEMO_TENANT.tenant,
  clientId: DEMO_TENANT.clientId,
  credential: { kind: 'secret', secret: { secret: 'not a real one' } },
  cloud: 'local',
  addresses: { login: 'http://login.localhost:4401', graph: 'http://graph.localhost:4401' },
  domain: DEMO_TENANT.guestDomain,
  usageLocation: { default: 'DE' },
} as const

/** An installation as the guide makes one: configuration and keys apart from the data. */
export const makeInstallation = async (more: Readonly<Record<string, unknown>> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-installation-'))
  const at = (...parts: readonly string[]) => join(folder, ...parts)
  for (const name of ['data', 'keys', 'temporary', 'cache']) mkdirSync(at(name), { mode: 0o700 })
  const port = await freePort()
  const publicUrl = new URL(`http://usher.localhost:${port}`)
  const config = { publicUrl: publicUrl.origin, dataDirectory: 'data', keyFile: 'keys/kek', listen: `127.0.0.1:${port}`, ...more }
  writeFileSync(at('usher.json'), JSON.stringify(config))
  writeFileSync(at('keys', 'kek'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  const configArgs = ['--config', at('usher.json')]
  const environment = { TMPDIR: at('temporary'), NODE_COMPILE_CACHE: at('cache') }
  const own = (options: RunOptions): RunOptions => ({ ...options, environment: { ...environment, ...options.environment } })
  const running: RunningUsher[] = []
  return {
    folder,
    at,
    publicUrl,
    configFile: at('usher.json'),
    /** What stands in it. */
    config,
    /** Writes a file of the installation; objects as JSON. */
    write: (name: string, content: unknown): string => {
      writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
      return at(name)
    },
    run: (args: readonly string[], options: RunOptions = {}) => runUsher([...args, ...configArgs], own(options)),
    /** The server, once it listens. */
    start: async (more: Readonly<Record<string, string>> = {}): Promise<RunningUsher> => {
      const server = startUsher(['start', ...configArgs], { ...environment, ...more })
      running.push(server)
      await server.spoken(/Usher answers for/)
      return server
    },
    close: async (): Promise<void> => {
      await Promise.all(running.map((one) => one.stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Installation = Awaited<ReturnType<typeof makeInstallation>>
