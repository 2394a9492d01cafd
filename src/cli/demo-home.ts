import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { CommandError } from './report.ts'

/** The folder a demo lives in: `data/` and, apart from it, `keys/`. */
export interface DemoHome {
  readonly directory: string
  readonly data: string
  readonly configFile: string
  readonly keyFile: string
  readonly emulatorState: string
  /** Where the log of this run goes. */
  readonly logFile: string
  /** The one secret of this name, made when it is first asked for. */
  readonly secret: (name: string) => string
  readonly isNew: boolean
}

const PRIVATE = 0o600
const PRIVATE_DIRECTORY = 0o700

/** Says that a folder is a demo's. */
const MARK = 'this-is-a-demo'
/** What demos had before they said so. */
const STATE = join('data', 'microsoft.json')

/** Opens the folder, or makes it. Throws a CommandError for one that holds what no demo made. */
export const openDemoHome = (directory: string, reset: boolean): DemoHome => {
  const home = resolve(directory)
  assertDemos(home)
  if (reset) rmSync(home, { recursive: true, force: true })
  const at = (...parts: string[]) => join(home, ...parts)
  const isNew = !existsSync(at('data'))
  for (const folder of ['data', 'keys']) mkdirSync(at(folder), { recursive: true, mode: PRIVATE_DIRECTORY })
  writeFileSync(at(MARK), '')
  const secret = (name: string): string => {
    const file = at('keys', name)
    if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), { mode: PRIVATE })
    return readFileSync(file, 'utf8').trim()
  }
  secret('kek')
  return {
    directory: home,
    data: at('data'),
    configFile: at('usher.json'),
    keyFile: at('keys', 'kek'),
    emulatorState: at(STATE),
    logFile: at('usher.log'),
    secret,
    isNew,
  }
}

/** A demo writes over what has its names and `--reset` takes everything away: the folder must be its own. */
const assertDemos = (home: string): void => {
  const isOurs = !existsSync(home) || readdirSync(home).length === 0 || [MARK, STATE].some((name) => existsSync(join(home, name)))
  if (!isOurs) throw new CommandError(`${home} holds what no demo made; name another folder with --home, or an empty one`, 2)
}

/** The wanted port on loopback, or a free one when somebody has it. */
export const freePort = async (wanted: number): Promise<number> => (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted

const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(undefined))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address()
      const found = typeof address === 'object' && address ? address.port : undefined
      probe.close(() => done(found))
    })
  })
