import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { DEMO_CLIENT_ID, DEMO_CONNECTIONS, DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { type Installation, makeInstallation, type RunningUsher, startUsher } from '../support/installation.ts'
import { introduceUsher, settingsWith, type TappedTenant, tappedTenant } from '../support/tapped-tenant.ts'
import { visitor } from '../support/visitor.ts'

const secrets = { entra: randomBytes(24).toString('base64url'), google: randomBytes(24).toString('base64url') }
const PASSWORD = 'correct horse battery'
const DANA = 'dana@fabrikam.example'
const UPN = `dana.whitfield@${DEMO_TENANT.guestDomain}`

let place: Installation
let tenant: TappedTenant
let settings: ReturnType<typeof settingsWith>
let server: RunningUsher

before(async () => {
  place = await makeInstallation()
  tenant = await tappedTenant(place.publicUrl)
  settings = settingsWith(place.publicUrl, tenant, {
    entra: place.write('keys/entra', secrets.entra),
    google: place.write('keys/google', secrets.google),
  })
})
after(async () => {
  await place.close()
  await tenant.close()
})

test('apply says what changed, and the second time that there is nothing to change', async () => {
  const file = place.write('settings.json', settings)
  const first = await place.run(['apply', file])
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stderr, /✓ [1-9]\d* changed/)
  for (const name of [DEMO_CONNECTIONS.google, DEMO_CONNECTIONS.guests, DEMO_CLIENT_ID, 'contoso'])
    assert.ok(first.stderr.includes(name), name)
  assert.equal(first.stdout, '')
  const second = await place.run(['apply', file])
  assert.equal(second.code, 0)
  assert.equal(second.stderr, '✓ nothing to change\n')
  for (const secret of Object.values(secrets)) assert.ok(!`${first.stderr}${second.stderr}`.includes(secret), 'no secret is said')
})

test('a secret may come from the environment; one that is not there is named', async () => {
  const [target] = settings.targets
  const withEnvironment = { targets: [{ ...target, credential: { kind: 'secret', secret: { secretEnv: 'ENTRA_SECRET' } } }] }
  const file = place.write('environment.json', withEnvironment)
  const missing = await place.run(['apply', file])
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /targets\.0\.credential\.secret: the environment has no ENTRA_SECRET/)
  const there = await place.run(['apply', file], { environment: { ENTRA_SECRET: secrets.entra } })
  assert.equal(there.code, 0, there.stderr)
  assert.ok(!there.stderr.includes(secrets.entra))
})

for (const [what, change, says] of [
  ['an unknown field', { nonsense: true }, /nonsense/],
  [
    'a relying party without admission',
    { relyingParties: [{ clientId: 'x', name: 'X', target: 'contoso', connections: ['guests'], domains: {} }] },
    /relyingParties\.0\.admission/,
  ],
  [
    'a connection that is not there',
    {
      relyingParties: [
        { clientId: 'x', name: 'X', target: 'contoso', connections: ['nobody'], domains: {}, admission: { policy: 'everyone' } },
      ],
    },
    /relyingParties\.0\.connections: there is no nobody/,
  ],
  [
    'a secret file that is not there',
    { connections: [{ name: 'g', type: 'google', label: 'G', settings: { clientId: 'x', clientSecret: { secretFile: 'nowhere' } } }] },
    /connections\.0\.settings\.clientSecret: nowhere cannot be read/,
  ],
  ['no JSON', '{', /JSON/],
] as const)
  test(`apply with ${what}: the field is named, nothing changes`, async () => {
    const file = place.write('wrong.json', change)
    const { code, stderr } = await place.run(['apply', file])
    assert.equal(code, 1)
    assert.match(stderr, says)
    assert.match(stderr, /wrong\.json|settings_invalid/)
    assert.match((await place.run(['apply', place.write('settings.json', settings)])).stderr, /✓ (nothing to change|1 changed)/)
  })

test('users add makes a password and prints it once, or reads one; it is never an argument', async () => {
  const made = await place.run(['users', 'add', 'ben', '--connection', DEMO_CONNECTIONS.guests])
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^[\w-]{20}\n$/)
  const again = await place.run(['users', 'add', 'BEN', '--connection', DEMO_CONNECTIONS.guests])
  assert.equal(again.code, 6)
  assert.match(again.stderr, /exists already/)
  assert.equal(again.stdout, '')
  const names = ['--given', 'Dana', '--family', 'Whitfield', '--email', DANA]
  const read = await place.run(['users', 'add', DANA, '--connection', DEMO_CONNECTIONS.guests, ...names, '--password-stdin'], {
    input: `${PASSWORD}\n`,
  })
  assert.equal(read.code, 0, read.stderr)
  assert.ok(!`${read.stdout}${read.stderr}`.includes(PASSWORD))
  const short = await place.run(['users', 'add', 'x', '--connection', DEMO_CONNECTIONS.guests, '--password-stdin'], { input: 'short\n' })
  assert.equal(short.code, 1)
  assert.match(short.stderr, /at least 15 characters/)
  const argument = await place.run(['users', 'add', 'y', '--connection', DEMO_CONNECTIONS.guests, '--password', PASSWORD])
  assert.equal(argument.code, 2)
  assert.equal((await place.run(['users', 'add', 'z', '--connection', DEMO_CONNECTIONS.google])).code, 1, 'Google keeps its own people')
})

const signIn = async (username = DANA) => {
  const browser = visitor()
  const service = `${tenant.addresses.login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(`${tenant.addresses.service}/`)}`
  const page = await browser.click(await browser.open(service), 'guest password')
  const stop = await browser.submit(page, { username, password: PASSWORD })
  const last = stop.forms[0]?.fields['wresult'] ? await browser.submit(stop) : stop
  await browser.close()
  return last
}

test('the server starts, and a second one on the same file is refused', async () => {
  server = await place.start()
  const browser = visitor()
  const metadata = (
    await browser.open(`${place.publicUrl.origin}/wsfed/${DEMO_CLIENT_ID}/FederationMetadata/2007-06/FederationMetadata.xml`)
  ).body
  await browser.close()
  await introduceUsher(tenant, place.publicUrl, { secrets, metadata })
  const second = await place.run(['start'])
  assert.equal(second.code, 1)
  assert.match(second.stderr, /storage_unavailable/)
  assert.match(second.stderr, /usher\.db/)
})

test('beside a running server accounts are shown, tried again and restored', async () => {
  const none = await place.run(['accounts', 'show'])
  assert.equal(none.stderr, '✓ no account waits or stopped\n')
  assert.deepEqual(JSON.parse((await place.run(['accounts', 'show', '--json'])).stdout), { items: [] })
  assert.equal((await place.run(['accounts', 'show', 'nobody'])).code, 5)
  assert.ok((await signIn()).headers.get('x-emulator-arrived'))
  const { account, events } = JSON.parse((await place.run(['accounts', 'show', UPN, '--json'])).stdout)
  assert.equal(account.stage, 'ready')
  assert.ok(events.length > 0)
  assert.match((await place.run(['accounts', 'retry', UPN])).stderr, /is ready; nothing to do/)

  await tenant.scenario('removedInEntra', true)
  assert.match((await signIn()).text, /account was removed/)
  const stopped = await place.run(['accounts', 'show'])
  assert.match(stopped.stdout, new RegExp(`^${UPN}\tstopped\tremoved_in_entra\t`))
  const retried = await place.run(['accounts', 'retry', UPN])
  assert.equal(retried.code, 6)
  assert.match(retried.stderr, /usher accounts restore/)
  assert.equal((await place.run(['accounts', 'restore', UPN])).code, 0)
  assert.equal((await signIn()).headers.get('x-emulator-arrived'), UPN)
  assert.equal((await place.run(['accounts', 'restore', 'nobody'])).code, 5)
})

test('SIGTERM: it says that it stops, ends with 0, and starts again on the same data', async () => {
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
  assert.match(server.stderr(), /Stopping/)
  server = await place.start()
  assert.equal(JSON.parse((await place.run(['accounts', 'show', UPN, '--json'])).stdout).account.stage, 'ready')
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

test('SIGTERM while a newcomer waits: their page ends, the process ends with 0, and the next one brings them in', async () => {
  server = await place.start()
  await place.run(
    ['users', 'add', 'cleo', '--connection', DEMO_CONNECTIONS.guests, '--given', 'Cleo', '--family', 'Banks', '--password-stdin'],
    {
      input: PASSWORD,
    },
  )
  await tenant.scenario('slowDirectory', true, { delayMs: 3_000 })
  const arriving = signIn('cleo').catch(() => undefined)
  while (!tenant.heard.some(({ path, asked }) => path === 'POST /v1.0/users' && asked.includes('cleo.banks'))) await setImmediate()
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
  const cut = await arriving
  assert.equal(cut?.headers.get('x-emulator-arrived') ?? undefined, undefined)
  server = await place.start()
  await tenant.scenario('slowDirectory', false)
  assert.equal((await signIn('cleo')).headers.get('x-emulator-arrived'), `cleo.banks@${DEMO_TENANT.guestDomain}`)
  assert.equal(tenant.heard.filter(({ path, asked }) => path === 'POST /v1.0/users' && asked.includes('cleo.banks')).length, 1)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

test('a server whose key is gone does not start', async () => {
  rmSync(place.at('keys', 'kek'))
  const alone = startUsher(['start', '--config', place.configFile])
  assert.deepEqual(await alone.ended, { code: 1, signal: null })
  assert.match(alone.stderr(), /key_missing/)
})
