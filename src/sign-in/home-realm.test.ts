import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Opened } from '#kernel/transaction.ts'
import { type Clues, discover, route } from './home-realm.ts'

const at = (name: string, homeRealms: readonly string[] = [], more: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
  id: `con_${name}`,
  name,
  type: 'oidc',
  label: name,
  brand: 'oidc',
  homeRealms,
  settings: {},
  ...more,
})

const DIRECTORY = { directory: { immutableIdAttribute: 'id', userPrincipalNameAttribute: 'upn' } } as const

const google = at('google')
const fabrikam = at('fabrikam', ['fabrikam.example', 'xn--bcher-kva.example', 'Shouted.Example'])
const wingtip = at('wingtip', ['wingtip.example', 'both.example'])
const tailspin = at('tailspin', ['both.example', 'below.wingtip.example'])
const staff = at('staff', ['employees.contoso.example', 'contoso.example'], DIRECTORY)
const sly = at('sly', ['guests.contoso.example', 'team.guests.contoso.example', 'employees.contoso.example'])

const choices = [google, fabrikam, wingtip, tailspin, staff, sly]
const relyingParty = { domains: { 'guests.contoso.example': { issuer: 'g' }, 'employees.contoso.example': { issuer: 'e' } } }

const owners: Readonly<Record<string, string>> = {
  'ana@guests.contoso.example': 'con_google',
  'eve@guests.contoso.example': 'con_gone',
  'bo@fabrikam.example': 'con_wingtip',
}
const usual = async (name: string) => owners[name.toLowerCase()]

const found = async (clues: Clues, among: readonly ConnectionSettings[] = choices): Promise<string> =>
  (await discover(clues, { choices: among, relyingParty, usual })).map(({ name }) => name).join(' ')

type Rows = readonly (readonly [said: string, leadsTo: string])[]

const typed: Rows = [
  ['dana@fabrikam.example', 'fabrikam'],
  ['DANA@FABRIKAM.EXAMPLE', 'fabrikam'],
  ['dana@fabrikam.example.', 'fabrikam'],
  ['dana+tag@fabrikam.example', 'fabrikam'],
  ['dana@bücher.example', 'fabrikam'],
  ['dana@BÜCHER.example', 'fabrikam'],
  ['dana@xn--bcher-kva.example', 'fabrikam'],
  ['dana@shouted.example', 'fabrikam'],
  ['dana@wingtip.example', 'wingtip'],
  ['dana@both.example', 'wingtip tailspin'],
  ['dana@Both.Example', 'wingtip tailspin'],
  ['dana@below.wingtip.example', 'tailspin'],
  ['dana@mail.fabrikam.example', ''],
  ['dana@x.wingtip.example', ''],
  ['dana@example', ''],
  ['dana@notfabrikam.example', ''],
  ['dana@fabrikam.example.evil.example', ''],
  ['dana@fabrikam.exampl', ''],
  ['dana@fabrikam_example', ''],
  ['dana@evil.example', ''],
  ['dana@evil.example@fabrikam.example', ''],
  ['dana@fabrikam.example@evil.example', ''],
  ['@fabrikam.example', ''],
  ['fabrikam.example', ''],
  ['fabrikam', ''],
  ['', ''],
  ['dana', ''],
  ['dana@[127.0.0.1]', ''],
  ['dana@%66abrikam.example', ''],
  ['dana@fabrikam.example/x', ''],
  ['dana@fabrikam.example\0', ''],
  ['dana @fabrikam.example', ''],
  // The names of accounts here say nothing of where their people sign in, not even those somebody has.
  ['ana@guests.contoso.example', ''],
  ['zoe@guests.contoso.example', ''],
  ['zoe@team.guests.contoso.example', ''],
  ['zoe@GUESTS.contoso.example', ''],
  // But a directory gave them to its own people.
  ['erika@employees.contoso.example', 'staff'],
  ['erika@contoso.example', 'staff'],
  // Whose account it is, is not looked up.
  ['bo@fabrikam.example', 'fabrikam'],
  ['con_google', ''],
  ['__proto__@constructor', ''],
]

const realms: Rows = [
  ['google', 'google'],
  ['staff', 'staff'],
  ['Google', ''],
  ['con_google', ''],
  ['google ', ''],
  ['nowhere', ''],
  ['fabrikam.example', 'fabrikam'],
  ['Fabrikam.EXAMPLE', 'fabrikam'],
  ['bücher.example', 'fabrikam'],
  ['both.example', 'wingtip tailspin'],
  ['x.fabrikam.example', ''],
  ['dana@fabrikam.example', ''],
  ['guests.contoso.example', ''],
  ['GUESTS.CONTOSO.EXAMPLE', ''],
  ['team.guests.contoso.example', ''],
  ['employees.contoso.example', 'staff'],
  ['contoso.example', 'staff'],
  ['https://fabrikam.example', ''],
  ['', ''],
]

const usernames: Rows = [
  ['ana@guests.contoso.example', 'google'],
  ['ANA@guests.contoso.example', 'google'],
  ['zoe@guests.contoso.example', ''],
  ['eve@guests.contoso.example', ''],
  ['bo@fabrikam.example', 'wingtip'],
  ['dana@fabrikam.example', 'fabrikam'],
  ['dana@both.example', 'wingtip tailspin'],
  ['erika@employees.contoso.example', 'staff'],
  ['dana', ''],
  ['', ''],
]

const tables: readonly (readonly [keyof Clues, Rows])[] = [
  ['hint', typed],
  ['homeRealm', realms],
  ['username', usernames],
]

for (const [clue, rows] of tables)
  test(`where somebody signs in, by ${clue}: ${rows.length} cases`, async () => {
    for (const [said, leadsTo] of rows) assert.equal(await found({ [clue]: said }), leadsTo, JSON.stringify(said))
  })

test('what was typed goes before what was mentioned, and a home realm before a name', async () => {
  const mentioned = { homeRealm: 'wingtip', username: 'ana@guests.contoso.example' }
  assert.equal(await found(mentioned), 'wingtip')
  assert.equal(await found({ ...mentioned, hint: 'dana@fabrikam.example' }), 'fabrikam')
  assert.equal(await found({ ...mentioned, hint: 'dana@nowhere.example' }), '', 'and then leads nowhere')
  assert.equal(await found({ ...mentioned, homeRealm: 'guests.contoso.example' }), 'google')
  assert.equal(await found({ username: 'dana@fabrikam.example', homeRealm: 'nowhere.example' }), 'fabrikam')
})

test('where there is one way only it is taken, unless an address that was typed is of somewhere else', async () => {
  assert.equal(await found({}, [google]), 'google')
  assert.equal(await found({ homeRealm: 'guests.contoso.example', username: 'zoe@guests.contoso.example' }, [google]), 'google')
  assert.equal(await found({ hint: 'dana@fabrikam.example' }, [google]), '')
  assert.equal(await found({}, [google, fabrikam]), '')
  assert.equal(await found({}, []), '')
})

test('a connection that may not be used is not found', async () => {
  assert.equal(await found({ hint: 'dana@fabrikam.example' }, [google, wingtip]), '')
  assert.equal(await found({ homeRealm: 'fabrikam' }, [google, wingtip]), '')
  assert.equal(await found({ username: 'ana@guests.contoso.example' }, [fabrikam, wingtip]), '')
})

test('what was typed goes along where it belongs, and nowhere else', () => {
  const request = { protocol: 'wsfed', relyingParty: 'c', replyUrl: 'r', freshness: {}, correlation: 'x', arrivedAt: 0 }
  const opened: Opened = { stage: 'opened', id: 't', browser: 'b', request, expiresAt: 1, hint: 'Dana@Both.example' }
  assert.equal(route(opened, wingtip, { relyingParty }).hint, 'Dana@Both.example')
  assert.equal(route(opened, tailspin, { relyingParty }).hint, 'Dana@Both.example')
  for (const other of [google, fabrikam, staff]) assert.ok(!('hint' in route(opened, other, { relyingParty })), other.name)
  assert.ok(!('hint' in route({ ...opened, hint: 'zoe@guests.contoso.example' }, sly, { relyingParty })))
  assert.deepEqual(route(opened, google, { relyingParty }), {
    id: 't',
    browser: 'b',
    request,
    expiresAt: 1,
    stage: 'routed',
    connection: 'con_google',
  })
})
