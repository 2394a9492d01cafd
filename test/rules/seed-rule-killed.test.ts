import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createHandClock } from '../../emulator/clock.ts'
import { type Emulator, startEmulator } from '../../emulator/emulator.ts'
import { createApp } from '../../src/app.ts'
import { DEMO_CONNECTIONS, DEMO_TENANT, demoFederation, demoSettings } from '../../src/cli/demo-settings.ts'
import { readConfig } from '../../src/config.ts'
import { allowedCalls } from '../../src/provisioning/graph/allowed-calls.ts'
import { databases } from '../support/databases.ts'
import { startProgram } from '../support/death-row.ts'
import { freePort } from '../support/free-port.ts'
import { isLong } from '../support/seeds.ts'
import { prepareSeedTenant, SEED_SKU, seedRules, seedSettings } from '../support/seed-recipe.ts'
import { assertGraphHeldToItsSchema } from '../support/story-graph.ts'
import { type Stop, type Visitor, visitor } from '../support/visitor.ts'

const PROGRAM = fileURLToPath(new URL('../support/seed-usher.ts', import.meta.url))
const START = Date.parse('2026-12-01T09:00:00Z')
/** Much less than any lease. */
const A_SECOND_MS = 1_000
const DANA = { username: 'dana@fabrikam.example', password: 'correct horse battery' } as const

interface Scene {
  readonly emulator: Emulator
  readonly publicUrl: URL
  readonly configFile: string
}

const writeConfig = (t: TestContext, publicUrl: URL, database: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-seed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const keyFile = join(folder, 'kek')
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  const file = join(folder, 'usher.json')
  const config = {
    publicUrl: publicUrl.origin,
    dataDirectory: join(folder, 'data'),
    database,
    keyFile,
    listen: `127.0.0.1:${publicUrl.port}`,
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** The administrator's part, by a command that runs and ends before anybody comes. */
const setUp = async ({ emulator, publicUrl, configFile }: Scene): Promise<void> => {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const clock = { now: () => START, sleep: () => new Promise<void>(() => undefined) }
  const environment = { clock, randomness: { bytes: randomBytes }, fetch, log: silent, close: async () => undefined }
  const app = await createApp(readConfig(configFile), { role: 'command', environment })
  const secrets = { entra: 'the secret of the app', google: 'nobody comes by Google' }
  await app.apply(seedSettings(demoSettings(publicUrl, emulator, secrets)))
  await app.changeRules('test', () => seedRules())
  const names = { given: 'Dana', family: 'Whitfield' }
  await app.addPerson({ ...DANA, connection: DEMO_CONNECTIONS.guests, names, email: DANA.username, attributes: {} })
  const put = (path: string, body: unknown) =>
    emulator.fetch(new Request(`${emulator.addresses.control}${path}`, { method: 'PUT', body: JSON.stringify(body) }))
  await put(`/apps/${DEMO_TENANT.clientId}`, { secrets: [secrets.entra] })
  await put(`/federation/${DEMO_TENANT.guestDomain}`, demoFederation(publicUrl, DEMO_TENANT.guestDomain, app.certificates()))
  await prepareSeedTenant(emulator, publicUrl, app.certificates())
  await app.stop()
}

/** From the link in the mail to wherever it ends. */
const goThere = async (browser: Visitor, { emulator, publicUrl }: Scene): Promise<Stop> => {
  const { login, service } = emulator.addresses
  const target = encodeURIComponent(`${service}/sites/partners`)
  let stop = await browser.open(`${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${target}`)
  for (let page = 0; page < 6 && stop.url.origin === publicUrl.origin; page += 1) {
    const [form] = stop.forms
    if (form === undefined) stop = await browser.click(stop, 'guest password')
    else stop = await browser.submit(stop, 'password' in form.fields ? DANA : {})
  }
  return stop
}

/** Undefined when the way was cut. */
const arrive = async (browser: Visitor, scene: Scene): Promise<Stop | undefined> => {
  try {
    return await goThere(browser, scene)
  } catch (error) {
    // What undici throws when the other side is gone.
    if (error instanceof TypeError) return undefined
    throw error
  }
}

const madeIn = ({ world }: Emulator) => [...world.truth.live(), ...world.truth.deleted()].filter(({ madeBy }) => madeBy !== 'administrator')

const openScene = async (t: TestContext, database: string, die: () => void): Promise<Scene> => {
  const publicUrl = new URL(`http://usher.localhost:${await freePort()}`)
  const visibilityDelaysMs = { graph: [0, 0], signIn: [0, 0] } as const
  const emulator = await startEmulator({
    port: 0,
    clock: createHandClock(START),
    seed: 1,
    usher: publicUrl.origin,
    allowedCalls,
    visibilityDelaysMs,
    die,
  })
  t.after(emulator.close)
  const scene = { emulator, publicUrl, configFile: writeConfig(t, publicUrl, database) }
  await setUp(scene)
  return scene
}

for (const database of isLong ? databases : databases.slice(0, 1))
  test(`Usher is killed after the old recipe’s person was made, and they sign in again at once: one account, one seat, a token (${database.name})`, {
    skip: database.skip,
  }, async (t) => {
    let die = (): void => undefined
    const { address, close } = await database.open()
    t.after(close)
    const scene = await openScene(t, address, () => die())
    const { emulator, configFile } = scene
    const browser = visitor()
    t.after(browser.close)
    emulator.killSwitch.arm('after-commit', 1)
    const victim = startProgram(PROGRAM, [configFile, String(START)])
    die = victim.kill
    await victim.heard()
    assert.equal(await arrive(browser, scene), undefined, 'the way was cut')
    assert.equal((await victim.ended).signal, 'SIGKILL')
    const [made, ...others] = madeIn(emulator)
    assert.ok(made)
    assert.deepEqual([others, made.assignedLicenses], [[], []])

    emulator.killSwitch.arm('before-commit', Number.POSITIVE_INFINITY)
    const heir = startProgram(PROGRAM, [configFile, String(START + A_SECOND_MS)])
    t.after(async () => {
      heir.kill()
      await heir.ended
    })
    await heir.heard()
    const stop = await arrive(browser, scene)
    assert.equal(stop?.url.origin, emulator.addresses.service, stop?.text.slice(0, 300) ?? 'the way was cut')
    assert.equal(stop?.headers.get('x-emulator-arrived'), made.userPrincipalName)
    const [one, ...more] = madeIn(emulator)
    assert.deepEqual(more, [])
    assert.equal(one?.onPremisesImmutableId, made.onPremisesImmutableId)
    assert.deepEqual(
      one?.assignedLicenses.map(({ skuId }) => skuId),
      [SEED_SKU],
    )
    assertGraphHeldToItsSchema(emulator.journal)
  })
