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
import { type Death, everyDeath, inWords, startProgram } from '../support/death-row.ts'
import { freePort } from '../support/free-port.ts'
import { assertGraphHeldToItsSchema } from '../support/story-graph.ts'
import { isLong } from '../support/seeds.ts'
import { type Stop, type Visitor, visitor } from '../support/visitor.ts'

const PROGRAM = fileURLToPath(new URL('one-usher.ts', import.meta.url))
const START = Date.parse('2026-12-01T09:00:00Z')
/** Much less than any lease. */
const A_SECOND_MS = 1_000
const DANA = { username: 'dana@fabrikam.example', password: 'correct horse battery' } as const
const TRIES = 5

interface Scene {
  readonly emulator: Emulator
  readonly configFile: string
  readonly publicUrl: URL
  readonly onDeath: (kill: () => void) => void
}

/** A tenant, and an Usher on a database of its own that was set up and has never been visited. */
const setScene = async (t: TestContext): Promise<Scene> => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-sign-in-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const publicUrl = new URL(`http://usher.localhost:${port}`)
  let die = (): void => undefined
  const emulator = await startEmulator({
    port: 0,
    clock: createHandClock(START),
    seed: 1,
    usher: publicUrl.origin,
    allowedCalls,
    visibilityDelaysMs: { graph: [0, 0], signIn: [0, 0] },
    die: () => die(),
  })
  t.after(emulator.close)
  const configFile = writeConfig(folder, publicUrl)
  await setUp(configFile, publicUrl, emulator)
  return {
    emulator,
    configFile,
    publicUrl,
    onDeath: (kill) => {
      die = kill
    },
  }
}

const writeConfig = (folder: string, publicUrl: URL): string => {
  const keyFile = join(folder, 'kek')
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  const file = join(folder, 'usher.json')
  const config = { publicUrl: publicUrl.origin, dataDirectory: join(folder, 'data'), keyFile, listen: `127.0.0.1:${publicUrl.port}` }
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** The administrator's part, by a command that runs and ends before anybody comes. */
const setUp = async (configFile: string, publicUrl: URL, emulator: Emulator): Promise<void> => {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const clock = { now: () => START, sleep: () => new Promise<void>(() => undefined) }
  const environment = { clock, randomness: { bytes: randomBytes }, fetch, log: silent, close: async () => undefined }
  const app = await createApp(readConfig(configFile), { role: 'command', environment })
  const secrets = { entra: 'the secret of the app', google: 'nobody comes by Google' }
  await app.apply(demoSettings(publicUrl, emulator, secrets))
  await app.addPerson({ ...DANA, connection: DEMO_CONNECTIONS.guests, names: { given: 'Dana', family: 'Whitfield' }, attributes: {} })
  const put = (path: string, body: unknown) =>
    emulator.fetch(new Request(`${emulator.addresses.control}${path}`, { method: 'PUT', body: JSON.stringify(body) }))
  await put(`/apps/${DEMO_TENANT.clientId}`, { secrets: [secrets.entra] })
  await put(`/federation/${DEMO_TENANT.guestDomain}`, demoFederation(publicUrl, DEMO_TENANT.guestDomain, app.certificates()))
  await app.stop()
}

/** One try to reach Microsoft 365, from the link in the mail to wherever it ends. Throws when the connection breaks. */
const tryToArrive = async (browser: Visitor, { emulator, publicUrl }: Scene): Promise<Stop> => {
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

/** Whether they got in; undefined when the way was cut. */
const arrives = async (browser: Visitor, scene: Scene): Promise<boolean | undefined> => {
  try {
    return (await tryToArrive(browser, scene)).url.origin === scene.emulator.addresses.service
  } catch (error) {
    // What undici throws when the other side is gone.
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** A whole first sign-in whose Usher is killed, and a new start on the same file. Answers whether it was killed. */
const survive = async (t: TestContext, death: Death): Promise<boolean> => {
  const scene = await setScene(t)
  const { emulator, configFile } = scene
  if ('point' in death) emulator.killSwitch.arm(death.point, death.k)
  const victim = startProgram(PROGRAM, [configFile, String(START)], death)
  scene.onDeath(victim.kill)
  const browser = visitor()
  await victim.heard()
  const first = await arrives(browser, scene)
  const isDead = first === undefined
  victim.kill()
  await victim.ended
  emulator.killSwitch.arm('before-commit', Number.POSITIVE_INFINITY)
  const heir = startProgram(PROGRAM, [configFile, String(START + A_SECOND_MS)])
  await heir.heard()
  let isThere = false
  for (let time = 0; time < TRIES && !isThere; time += 1) isThere = (await arrives(browser, scene)) === true
  heir.kill()
  await heir.ended
  await browser.close()
  assert.ok(isThere, 'they never arrived')
  const made = [...emulator.world.truth.live(), ...emulator.world.truth.deleted()].filter(({ madeBy }) => madeBy !== 'administrator')
  assert.equal(made.length, 1)
  assert.equal(made[0]?.assignedLicenses.length, 1)
  assertGraphHeldToItsSchema(emulator.journal)
  await emulator.close()
  return isDead
}

/** Early, while the account is made, and late. */
const SOME_DEATHS: readonly Death[] = [
  { when: 'after', commit: 4 },
  { when: 'before', commit: 14 },
  { point: 'after-commit', k: 2 },
]

for (const death of SOME_DEATHS)
  test(`Usher is killed ${inWords(death)} of a first sign-in: the person arrives all the same`, async (t) =>
    assert.equal(await survive(t, death), true, 'it was not even killed'))

if (isLong)
  for (const [name, deathAt] of Object.entries(everyDeath))
    test(`Usher is killed ${name} of a first sign-in`, async (t) => {
      let deaths = 0
      while (await survive(t, deathAt(deaths + 1))) deaths += 1
      assert.ok(deaths >= 2, `died ${deaths} times`)
      t.diagnostic(`${deaths} deaths`)
    })
