import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { databases, type TestDatabase } from '../support/databases.ts'
import { ANNA, CLIENT } from '../support/fake-provider/provider-state.ts'
import { type Installation, makeInstallation, type RunningUsher, startUsher } from '../support/installation.ts'
import { type ListeningProvider, listeningProvider } from '../support/listening-provider.ts'
import { patient } from '../support/patient.ts'
import { type Visitor, visitor } from '../support/visitor.ts'

const environment = { ACME_SECRET: CLIENT.secret }

interface Opened {
  readonly place: Installation
  readonly provider: ListeningProvider
  readonly server: RunningUsher
}

/** Usher as it runs: a server in a process of its own, and a provider it reaches over the network. */
const opening = async (t: TestContext, { open }: TestDatabase): Promise<Opened> => {
  const database = await open()
  t.after(database.close)
  const redirectUris: string[] = []
  const provider = await listeningProvider({ redirectUris, now: Date.now })
  t.after(provider.close)
  const place = await makeInstallation({ database: database.address })
  t.after(place.close)
  redirectUris.push(new URL('/login/callback/acme', place.publicUrl).href)
  const settings = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: { secretEnv: 'ACME_SECRET' } }
  const connections = [{ name: 'acme', type: 'oidc', label: 'Acme', settings }]
  const applied = await place.run(['apply', place.write('settings.json', { connections })], { environment })
  assert.equal(applied.code, 0, applied.stderr)
  return { place, provider, server: await place.start(environment) }
}

/** `usher connections test acme`, once it says which address to open. */
const ordered = async (t: TestContext, { configFile }: Installation) => {
  const command = startUsher(['connections', 'test', 'acme', '--config', configFile], environment)
  t.after(command.stop)
  await command.spoken(/within ten minutes/)
  return { command, url: command.stdout().trim() }
}

const opener = (t: TestContext, options?: Parameters<typeof visitor>[0]): Visitor => {
  const browser = visitor(options)
  t.after(browser.close)
  return browser
}

/** A browser that does not come back from the provider until it is let. */
const lingering = (t: TestContext) => {
  const calls = patient()
  t.after(calls.close)
  let isHeld = true
  const held: typeof fetch = async (input, init) =>
    isHeld && String(input).includes('/login/callback/') ? new Response('held') : calls.fetch(input, init)
  return {
    browser: opener(t, { calls: { ...calls, fetch: held } }),
    letGo: () => {
      isHeld = false
    },
  }
}

const hasSession = (browser: Visitor, { publicUrl }: Installation): boolean =>
  [...browser.cookies(publicUrl.hostname).keys()].some((name) => name.includes('session'))

for (const database of databases) {
  const { name, skip } = database

  test(`${name}: what the server saw in a browser is what the command line says`, { skip }, async (t) => {
    const { place, provider, server } = await opening(t, database)
    const { command, url } = await ordered(t, place)
    assert.ok(url.startsWith(`${place.publicUrl.origin}/connections/test/`), url)
    const browser = opener(t)
    const stop = await browser.open(url)
    assert.match(stop.text, /Acme works.*Nobody was signed in/)
    assert.deepEqual(await command.ended, { code: 0, signal: null })
    assert.match(command.stderr(), /✓ acme works/)
    for (const said of [`"subject": "${ANNA.sub}"`, `"email": "${ANNA.email}"`, '"user_id": "oidc|acme|'])
      assert.ok(command.stdout().includes(said), said)
    assert.match((await place.run(['connections', 'list'])).stdout, /^acme\toidc\tenabled\ttested \S+Z by command line\t0 people\n$/)
    for (const late of [browser, opener(t)]) assert.equal((await late.open(url)).status, 404)
    assert.equal(provider.countCalls('/token'), 1)
    assert.equal(hasSession(browser, place), false)
    const ticket = url.split('/').at(-1) ?? ''
    for (const secret of [ticket, ANNA.email, CLIENT.secret]) assert.ok(!`${server.stdout()}${server.stderr()}`.includes(secret))
  })

  test(`${name}: a test survives a server that is killed, and no command that gave it up`, { skip }, async (t) => {
    const { place, provider, server } = await opening(t, database)
    const first = await ordered(t, place)
    const { browser, letGo } = lingering(t)
    const { url: back, body } = await browser.open(first.url)
    assert.equal(body, 'held')
    server.signal('SIGKILL')
    await server.ended
    await place.start(environment)
    assert.equal((await opener(t).open(back)).status, 400, 'another browser brings the answer')
    letGo()
    assert.match((await browser.open(back)).text, /Acme works/)
    assert.deepEqual(await first.command.ended, { code: 0, signal: null })
    const second = await ordered(t, place)
    second.command.signal('SIGINT')
    assert.deepEqual(await second.command.ended, { code: 130, signal: null })
    assert.equal((await browser.open(second.url)).status, 404)
    assert.equal(provider.countCalls('/token'), 1)
  })
}
