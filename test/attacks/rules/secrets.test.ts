import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../../src/kernel/secret.ts'
import { ANA, guest, type Guest } from '../../support/guests.ts'
import { DANA, type House } from '../../support/house.ts'
import { setRules } from '../../support/rule-house.ts'
import { story } from '../../support/story.ts'
import type { Stop } from '../../support/visitor.ts'
import { spellingsOf } from './spellings.ts'

const secret = (name: string): string => `${name}/${randomBytes(15).toString('base64')}+"é`

const NAMES = [
  ...[
    'CLIENT_SECRET',
    'API_TOKEN',
    'DB_PASSWORD',
    'PRIVATE_KEY',
    'API_KEY',
    'apikey',
    'SERVICE_CREDENTIALS',
    'clientSecret',
    'tokenOfTheBot',
  ],
  ...[
    'SMTP_PASSWORD',
    'signing_key',
    'Secret',
    'ACCESS_TOKEN',
    'REFRESH_TOKEN',
    'HOOK_SECRET',
    'PASSWORD_OF_THE_HOUSE',
    'APIKEY_OLD',
    'KEY',
  ],
]
const configuration = Object.fromEntries(NAMES.map((name) => [name, secret('cfg')]))
const ofActions = Object.fromEntries(['ONE', 'TWO', 'THREE', 'FOUR'].map((name) => [name, secret('act')]))

/** What scripts do with what they hold, out of carelessness or despair. */
const careless: Readonly<Record<string, string>> = {
  'prints all it has': 'console.log(configuration, auth0, user, context); console.dir(configuration); console.table([configuration])',
  'prints texts':
    'Object.values(configuration).forEach((one) => console.log(one)); console.error(JSON.stringify(configuration)); console.warn("%j %s", configuration, configuration.KEY)',
  'prints headers':
    'console.info({ headers: { Authorization: "Bearer " + configuration.API_TOKEN, cookie: configuration.KEY } }, "Authorization: Basic " + Buffer.from("me:" + configuration.API_KEY).toString("base64"))',
  'prints addresses':
    'Object.values(configuration).forEach((one) => console.log("https://api.example/?key=" + encodeURIComponent(one) + "&b=" + Buffer.from(one).toString("base64url")))',
  'prints bytes': 'Object.values(configuration).forEach((one) => console.log(Buffer.from(one).toString("base64"), Buffer.from(one)))',
  'prints requests':
    'return require("request")({ url: "http://127.0.0.1:1/?k=" + encodeURIComponent(configuration.KEY), headers: configuration }, (error, response) => { console.log(error, response); callback(error) })',
  'hands over an error of axios':
    'return require("axios").post("http://127.0.0.1:1/", configuration, { headers: { Authorization: configuration.API_TOKEN } }).catch(callback)',
  'hands over an error':
    'return callback(Object.assign(new Error("not with " + Object.values(configuration).join(" ")), { configuration, auth0 }))',
  'hands over an object': 'return callback({ configuration, message: JSON.stringify(configuration) })',
  'hands over a text': 'return callback(Object.values(configuration).join())',
  'refuses with secrets': 'return callback(new UnauthorizedError(Object.values(configuration).join(" ")))',
  'refuses with JSON': 'return callback(new UnauthorizedError(JSON.stringify(configuration).slice(0, 400)))',
  'refuses with an address':
    'return callback(new UnauthorizedError("see https://api.example/?k=" + encodeURIComponent(configuration.KEY) + " " + Buffer.from(configuration.API_KEY).toString("base64")))',
  'refuses with one by name':
    'return callback(Object.assign(new Error("x"), { name: configuration.KEY, stack: configuration.KEY, message: configuration.CLIENT_SECRET }))',
  'throws an object': 'throw { configuration }',
  'throws a secret': 'throw configuration.CLIENT_SECRET',
  'throws later': 'setTimeout(() => { throw new Error(configuration.CLIENT_SECRET) }, 5); return undefined',
  'rejects and goes on': 'Promise.reject(new Error(JSON.stringify(configuration)))',
  'prints the token for the API': 'console.log(auth0.accessToken, { token: auth0.accessToken }, "Bearer " + auth0.accessToken)',
  'fails at the API': 'return auth0.users.updateAppMetadata(configuration.CLIENT_SECRET, { a: 1 }).catch((error) => callback(error))',
  'asks for an unknown module': 'require(configuration.CLIENT_SECRET)',
  'reads an unknown file': 'require("fs").readFileSync("/" + configuration.KEY)',
  'calls a host of that name': 'return require("request")("http://" + encodeURIComponent(configuration.KEY) + ".example/", callback)',
  'knows the bridge': `return require('request').post({ url: 'https://login.windows.net/guests.contoso.example/oauth2/token', form: { client_id: 'a', client_secret: configuration.CLIENT_SECRET, grant_type: 'client_credentials', resource: 'https://graph.windows.net' }, json: true }, (error, response, body) => { console.log(error, body, JSON.stringify(body)); callback(null, user, context) })`,
  'deep in a tree':
    'console.log({ a: { b: { c: Object.values(configuration) } } }, new Map(Object.entries(configuration)), new Set(Object.values(configuration)))',
  'as names': 'console.log(Object.fromEntries(Object.values(configuration).map((one) => [one, 1])))',
}

const ruleOf = (body: string): string => `function (user, context, callback) { ${body}\n; callback(null, user, context) }`

const ACTION = `exports.onExecutePostLogin = async (event, api) => {
  console.log(event, event.secrets, JSON.stringify(event.secrets), Object.values(event.secrets).join(' '))
  if (event.user.email === 'ana.ruiz@gmail.com') api.access.deny(Object.values(event.secrets).join(' '))
  throw Object.assign(new Error(Object.values(event.secrets).join(' ')), { event })
}`

/** Everything Usher wrote down: the log, and every file of the installation, its database among them. */
const writtenBy = (house: House): readonly (readonly [string, string])[] => [
  ['log', house.lines.join('\n')],
  ...globSync('**/*', { cwd: house.folder })
    .map((file) => join(house.folder, file))
    .filter((file) => statSync(file).isFile())
    .map((file) => [file, readFileSync(file, 'latin1')] as const),
]

const shownTo = ({ browser }: Guest, last: Stop): string =>
  [last.body, last.text, last.title, ...browser.hops.map(({ url }) => url.href)].join('\n')

/** Browsers hold these, and nobody writes them down. */
const heldBy = ({ browser }: Guest, host: string): readonly string[] => [
  ...[...browser.cookies(host).values()].filter((value) => value.length > 20 && !value.startsWith('con_')),
  ...browser.hops.flatMap(({ url }) => ['code', 'code_challenge'].flatMap((name) => url.searchParams.get(name) ?? [])),
]

story('what scripts hold is nowhere afterwards, however careless they are', async ({ house, tell }) => {
  const written: string[] = []
  const { write } = process.stderr
  // Nothing of a rule goes to where Usher's own process says something.
  process.stderr.write = (chunk: string | Uint8Array) => written.push(String(chunk)) > 0
  const pages: string[] = []
  const held = new Set<string>()
  const signIn = async (index: number) => {
    const one = guest(house)
    const first = await one.openService()
    const last = index % 2 ? await one.withPassword(first) : await one.withGoogle(first, ANA)
    pages.push(shownTo(one, last))
    for (const value of heldBy(one, house.publicUrl.hostname)) held.add(value)
  }
  try {
    for (const [index, body] of Object.values(careless).entries()) {
      await setRules(house, [ruleOf(body)], { configuration, budgetMs: 4_000 })
      await signIn(index)
    }
    for (const index of [0, 1]) {
      const secrets = Object.fromEntries(Object.entries(ofActions).map(([name, value]) => [name, new Secret(value)]))
      await setRules(house, [ACTION], { configuration, more: { kind: 'action', secrets } })
      await signIn(index)
    }
  } finally {
    process.stderr.write = write
  }
  const runs = JSON.stringify(await (await house.app().desk()).ruleLog(200))
  const ofScripts = [...Object.values(configuration), ...Object.values(ofActions)]
  const ofUsher = [house.secrets.entra, house.secrets.google, DANA.password]
  const outputs: readonly (readonly [string, string])[] = [
    ...writtenBy(house),
    ['pages', pages.join('\n')],
    ['recorded runs', runs],
    ['standard error', written.join('')],
  ]
  const found = [...ofScripts, ...ofUsher, ...held].flatMap((value) =>
    Object.entries(spellingsOf(value)).flatMap(([spelling, text]) =>
      outputs.flatMap(([place, all]) => {
        // A code is on its way through the browser's address, and nowhere else.
        const at = place === 'pages' && held.has(value) ? -1 : all.indexOf(text)
        return at < 0 ? [] : [`${spelling} in ${place}: ${all.slice(Math.max(0, at - 60), at + 60)}`]
      }),
    ),
  )
  assert.deepEqual(found.slice(0, 60), [])
  // Tokens that Usher itself gave out: for the API, and for the retired Graph.
  for (const [place, all] of outputs) assert.doesNotMatch(all, /usher(?:_rule_|\.)[\w-]{20}/, place)
  // They did say it: what stands there instead.
  assert.ok(runs.split('[secret]').length > 100, `${runs.split('[secret]').length}`)
  assert.ok(ofScripts.length + ofUsher.length + held.size >= 40)
  tell(`count ${ofScripts.length + ofUsher.length + held.size} secrets in 6 spellings sought in ${outputs.length} places, 0 found`)
})
