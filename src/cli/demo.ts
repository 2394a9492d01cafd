import { randomBytes } from 'node:crypto'
import { createWriteStream, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import type { Secret } from '#kernel/secret.ts'
import { outbound } from '#lib/outbound.ts'
import { type App, createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { processEnvironment } from '../environment.ts'
import { type DemoEmulator, startEmulator } from './demo-emulator.ts'
import { type DemoHome, freePort, openDemoHome } from './demo-home.ts'
import { DEMO_CLIENT_ID, DEMO_CONNECTIONS, DEMO_GOOGLE_CLIENT, DEMO_TENANT, demoFederation, demoSettings } from './demo-settings.ts'
import { demoSocial, demoSocialClients } from './demo-social.ts'
import { refuseToLeak } from './hardening.ts'
import { say } from './report.ts'
import { untilAskedToStop } from './signals.ts'

const USHER_PORT = 4400
const EMULATOR_PORT = 4401
const HOME = fileURLToPath(new URL('../../.usher', import.meta.url))

/** `usher demo`: the whole path on this machine; Microsoft and the providers are simulated. */
export const demoCommand = (): Command =>
  new Command('demo')
    .description('run the whole path on this machine, with Microsoft, Google, LinkedIn, Facebook and GitHub simulated')
    .option('--reset', 'forget everybody and begin anew')
    .option('--home <folder>', 'where the demo keeps what it needs to go on later', HOME)
    .option('--port <number>', 'where Usher listens; Microsoft’s side takes the next one', (text) => Number.parseInt(text, 10), USHER_PORT)
    .action(demo)

const demo = async (options: { readonly reset?: boolean; readonly home: string; readonly port: number }): Promise<void> => {
  refuseToLeak()
  say('Starting the demo: Usher, and beside it a simulated Microsoft 365, Google, LinkedIn, Facebook and GitHub …')
  const home = openDemoHome(options.home, options.reset === true)
  const port = await freePort(options.port)
  const publicUrl = new URL(`http://usher.localhost:${port}`)
  const calls = outbound()
  const emulator = await startEmulator(
    {
      port: await freePort(options.port === USHER_PORT ? EMULATOR_PORT : options.port + 1),
      usher: publicUrl.origin,
      stateFile: home.emulatorState,
    },
    calls.fetch,
  )
  let app: App | undefined
  try {
    app = await startUsher(home, publicUrl, port, emulator)
    await introduce(app, publicUrl, home, emulator)
    // Whoever reads the words may stop us at once.
    const asked = untilAskedToStop()
    const people = await addPeople(app)
    const administrator = people.length > 0 ? await addAdministrator(app) : undefined
    sayWhatToDo(publicUrl, emulator, { people, administrator }, home)
    await asked
    say('Stopping …')
  } finally {
    await app?.stop()
    await emulator.stop()
    await calls.close()
  }
}

const startUsher = async (home: DemoHome, publicUrl: URL, port: number, emulator: DemoEmulator): Promise<App> => {
  const config = {
    publicUrl: publicUrl.origin,
    organization: 'Contoso',
    dataDirectory: home.data,
    keyFile: home.keyFile,
    listen: `127.0.0.1:${port}`,
  }
  writeFileSync(home.configFile, JSON.stringify(config, undefined, 2))
  const environment = processEnvironment({ logTo: createWriteStream(home.logFile, { mode: 0o600 }) })
  const app = await createApp(readConfig(home.configFile), { role: 'server', environment })
  const secrets = { entra: home.secret('entra'), google: home.secret('google') }
  await app.apply(demoSettings(publicUrl, emulator, secrets, demoSocial(emulator.addresses, home.secret)))
  await app.listen()
  return app
}

/** The administrator's part on Microsoft's side and the providers': credentials, and whom the domains trust. */
const introduce = async (app: App, publicUrl: URL, home: DemoHome, emulator: DemoEmulator): Promise<void> => {
  await emulator.put(`/apps/${DEMO_TENANT.clientId}`, { secrets: [home.secret('entra')] })
  await emulator.put(`/google/${DEMO_GOOGLE_CLIENT}`, {
    secret: home.secret('google'),
    redirectUris: [new URL(`/login/callback/${DEMO_CONNECTIONS.google}`, publicUrl).href],
  })
  for (const { path, client } of demoSocialClients(publicUrl, home.secret)) await emulator.put(path, client)
  const certificates = await app.certificates()
  for (const domain of [DEMO_TENANT.guestDomain, DEMO_TENANT.employeeDomain])
    await emulator.put(`/federation/${domain}`, demoFederation(publicUrl, domain, certificates))
  await emulator.put('/demo', demoPage(publicUrl))
}

/** What the first page says beyond what the emulator knows by itself. */
const demoPage = (publicUrl: URL) => ({
  links: [
    {
      title: 'Open the smart link',
      address: new URL(`/login?client=${DEMO_CLIENT_ID}&protocol=wsfed&state=&redirect_uri=&`, publicUrl).href,
      sentence: 'As from an invitation: starts at Usher and ends in Microsoft 365.',
    },
    {
      title: 'Open a link to one document',
      address: new URL('/go/plan', publicUrl).href,
      sentence: 'The same, with a page behind it: a newcomer gets an account on the way and still arrives there.',
    },
  ],
  people: [
    { name: 'Dana Whitfield, dana@fabrikam.example', how: 'with a guest password; the terminal printed it at the first start' },
    { name: 'Erika Vogt, erika', how: 'with a staff password: she is in Contoso’s directory already, so Usher makes nothing' },
  ],
})

interface MadePerson {
  readonly username: string
  readonly password: string
  readonly connection: string
}

/** The people with a password, made at the first start with passwords nobody chose. */
const addPeople = async (app: App): Promise<readonly MadePerson[]> => {
  const people = [
    { connection: DEMO_CONNECTIONS.guests, username: 'dana@fabrikam.example', given: 'Dana', family: 'Whitfield', attributes: {} },
    {
      connection: DEMO_CONNECTIONS.directory,
      username: 'erika',
      given: 'Erika',
      family: 'Vogt',
      attributes: { immutableId: 'employee-0001', userPrincipalName: `erika.vogt@${DEMO_TENANT.employeeDomain}` },
    },
  ]
  const made: MadePerson[] = []
  for (const { connection, username, given, family, attributes } of people) {
    const password = randomBytes(12).toString('base64url')
    const email = username.includes('@') ? { email: username } : {}
    if (await app.addPerson({ connection, username, password, names: { given, family }, attributes, ...email }))
      made.push({ username, password, connection })
  }
  return made
}

const ADMINISTRATOR_DAYS = 90

/** The first administrator: whoever has this token may do all that the Management API can. Undefined when there is one. */
const addAdministrator = async (app: App): Promise<Secret | undefined> => {
  const desk = await app.desk()
  return desk.createToken('administrator', desk.tokenScopes, ADMINISTRATOR_DAYS)
}

interface Made {
  readonly people: readonly MadePerson[]
  readonly administrator: Secret | undefined
}

const sayWhatToDo = (publicUrl: URL, { addresses }: DemoEmulator, { people, administrator }: Made, home: DemoHome): void => {
  say('')
  say(`  Open     ${addresses.control}`)
  say('')
  say(`  Usher      ${publicUrl.origin}`)
  say(`  Microsoft  ${addresses.login} (simulated)`)
  say(`  Log        ${home.logFile}`)
  if (people.length > 0) {
    say('')
    say('  People with a password, made just now and shown this once:')
    for (const { username, password, connection } of people) say(`    ${username.padEnd(24)} ${password}   (${connection})`)
  }
  if (administrator) {
    say('')
    say(
      `  The first administrator’s token for ${new URL('/api/v2', publicUrl).href}, good for ${ADMINISTRATOR_DAYS} days and shown this once:`,
    )
    say(`    ${administrator.reveal()}`)
  }
  say('')
  say(`  Kept in ${home.directory}; \`npm start -- --reset\` begins anew. Ctrl-C stops everything.`)
  say('')
}
