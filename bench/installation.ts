import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApp } from '../src/app.ts'
import { DEMO_CLIENT_ID, DEMO_CONNECTIONS, DEMO_TENANT, demoSettings } from '../src/cli/demo-settings.ts'
import { readConfig } from '../src/config.ts'
import { processEnvironment } from '../src/environment.ts'
import { hashOfCookie } from '../src/http/cookies.ts'
import { Secret } from '../src/kernel/secret.ts'
import { sqliteDatabase } from '../src/storage/dialects/sqlite.ts'
import { openStorage } from '../src/storage/open.ts'
import { hashOf } from '../src/storage/stores/columns.ts'
import { freePort } from '../test/support/free-port.ts'
import type { LoadOrder } from './load.ts'

const ENTRY = fileURLToPath(new URL('../src/cli/usher.ts', import.meta.url))
const TWELVE_HOURS_MS = 12 * 60 * 60_000
const BATCH = 500

export type DemoSettings = ReturnType<typeof demoSettings>

/** A real installation in a folder of its own, with this many people who have an account and a session each. */
export const prepareInstallation = async (people: number, adapt: (demo: DemoSettings) => unknown = (demo) => demo) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'))
  const port = await freePort()
  const publicUrl = new URL(`http://usher.localhost:${port}`)
  const keyFile = join(folder, 'kek')
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  const configFile = join(folder, 'usher.json')
  writeFileSync(configFile, JSON.stringify({ publicUrl: publicUrl.origin, dataDirectory: 'data', keyFile, listen: `127.0.0.1:${port}` }))
  const app = await createApp(readConfig(configFile), { role: 'command' })
  const nowhere = {
    login: 'http://login.localhost:9',
    graph: 'http://graph.localhost:9',
    service: 'http://service.localhost:9',
    google: 'http://google.localhost:9',
    control: '',
  }
  await app.apply(adapt(demoSettings(publicUrl, { addresses: nowhere }, { entra: 'unused', google: 'unused' })))
  await app.stop()
  const { signingKey, connection } = await readStored(configFile)
  await addPeople(join(folder, 'data', 'usher.db'), people, connection)
  return {
    people,
    port,
    configFile,
    signingKey,
    /** What to run to have it answer. */
    startArguments: ['--disable-sigusr1', ENTRY, 'start', '--config', configFile],
    logFile: join(folder, 'usher.log'),
    /** A warm sign-in of these people, ids spread evenly over all of them. */
    shapes: (count: number): LoadOrder['shapes'] =>
      Array.from({ length: count }, (_, index) => ({
        path: warmPath(index),
        host: publicUrl.host,
        cookie: `usher_session=${cookieOf(Math.floor((index * people) / count))}; usher_browser=${cookieOf(-1)}`,
      })),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export type Installation = Awaited<ReturnType<typeof prepareInstallation>>

/** What the first start made and the settings were given. */
const readStored = async (configFile: string) => {
  const config = readConfig(configFile)
  const environment = processEnvironment()
  const keyEncryptionKey = new Secret(readFileSync(config.keyFile, 'utf8').trim())
  const { stores, close } = await openStorage({ ...environment, database: config.database, keyEncryptionKey, role: 'command' })
  const keys = await stores.keys.list()
  const { connections } = await stores.settings.current()
  await close()
  await environment.close()
  const signingKey = keys.find(({ state }) => state === 'active')
  const connection = connections.find(({ name }) => name === DEMO_CONNECTIONS.guests)?.id
  if (!signingKey || !connection) throw new Error('the installation has no signing key or no connection')
  return { signingKey, connection }
}

/** As Entra sends it. */
const warmPath = (index: number): string =>
  `/wsfed/${DEMO_CLIENT_ID}?${new URLSearchParams({
    wa: 'wsignin1.0',
    wtrealm: 'urn:federation:MicrosoftOnline',
    wctx: `estsredirect=2&estsrequest=rQQIARAA${index}${'x'.repeat(400)}`,
    'client-request-id': `7a1c9b1e-0f0e-4d8e-9a53-${String(index).padStart(12, '0')}`,
  })}`

const cookieOf = (person: number): string => createHash('sha256').update(`cookie of person ${person}`).digest('base64url')

/** Straight into the tables, as so many first sign-ins would have left them. */
const addPeople = async (file: string, people: number, connection: string): Promise<void> => {
  const storage = sqliteDatabase({ file, isServer: false, clock: processEnvironment().clock })
  const at = Date.now()
  for (let first = 0; first < people; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, people - first) }, (_, index) => rowsOf(first + index, { at, connection }))
    await storage.write(async (tx) => {
      await tx
        .insertInto('users')
        .values(rows.map(({ user }) => user))
        .execute()
      await tx
        .insertInto('accounts')
        .values(rows.map(({ account }) => account))
        .execute()
      await tx
        .insertInto('sessions')
        .values(rows.map(({ session }) => session))
        .execute()
    })
  }
  await storage.close()
}

const rowsOf = (person: number, { at, connection }: { readonly at: number; readonly connection: string }) => {
  const id = createHash('sha256').update(`person ${person}`).digest('hex').slice(0, 32)
  const name = `guest.${person}@${DEMO_TENANT.guestDomain}`
  const immutableId = createHash('sha256').update(`immutable id of ${person}`).digest('hex').slice(0, 26)
  return {
    user: {
      id,
      connection,
      issuer: connection,
      subject: id,
      given_name: 'Guest',
      family_name: `Number ${person}`,
      display_name: null,
      email: `guest.${person}@crowd.example`,
      email_key: `guest.${person}@crowd.example`,
      email_verified: 1,
      blocked: 0,
      created_at: at,
    },
    account: {
      user_id: id,
      target: 'contoso',
      origin: 'usher',
      stage: 'ready',
      immutable_id: immutableId,
      immutable_id_key: immutableId,
      principal_name: name,
      principal_name_key: name,
      object_id: id,
      license: DEMO_TENANT.businessStandard,
      usage_location: 'DE',
      reason: null,
      attempts: 0,
      next_attempt_at: at,
      settle_until: null,
      settle_ms: 4_000,
      ready_at: at - TWELVE_HOURS_MS,
      unproven_token_at: at - TWELVE_HOURS_MS,
      version: 5,
      reference: 'bench',
      created_at: at - TWELVE_HOURS_MS,
      lease_owner: null,
      lease_until: null,
      lease_fence: 1,
    },
    session: {
      id_hash: hashOf(hashOfCookie(cookieOf(person))),
      user_id: id,
      connection,
      authenticated_at: at,
      method: 'password',
      second_factor_at: null,
      created_at: at,
      expires_at: at + TWELVE_HOURS_MS,
      reference: 'bench',
    },
  } as const
}
