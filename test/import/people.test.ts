import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { finished } from 'node:stream/promises'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import bcrypt from 'bcryptjs'
import { DEMO_CLIENT_ID, DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { type Installation, makeInstallation } from '../support/installation.ts'
import { introduceUsher, settingsWith, type TappedTenant, tappedTenant } from '../support/tapped-tenant.ts'
import { visitor } from '../support/visitor.ts'

const secrets = { entra: randomBytes(24).toString('base64url'), google: randomBytes(24).toString('base64url') }
const PASSWORD = 'from before'
const UPN = `auth0-1@${DEMO_TENANT.guestDomain}`
const IMMUTABLE_ID = 'MWY0ZGM3NDgtYTY='

const ADA = {
  user_id: 'auth0|5f00aa',
  email: 'ada@fabrikam.example',
  email_verified: true,
  given_name: 'Ada',
  family_name: 'Byron',
  name: 'Ada Byron',
  identities: [{ connection: 'guests', provider: 'auth0', user_id: '5f00aa', isSocial: false }],
  app_metadata: { office365Provisioned: true, office365UPN: UPN, office365ImmutableId: IMMUTABLE_ID },
}
const BEN = { ...ADA, user_id: 'google|1', identities: [{ connection: 'nowhere', provider: 'google', user_id: '1' }] }
const HASH = {
  _ID: { $oid: '5f00aa' },
  connection: 'guests',
  identifiers: [{ type: 'email', value: 'Ada@fabrikam.example', verified: true }],
}

const linesOf = (...all: readonly unknown[]): string => all.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')

/** What Auth0's recipe did for people it had provisioned before. */
const REMEMBER = `function (user, context, callback) {
  console.log('hello ' + user.nickname);
  user.upn = user.app_metadata.office365UPN;
  user.inmutableid = user.app_metadata.office365ImmutableId;
  callback(null, user, context);
}
`

let place: Installation
let tenant: TappedTenant
before(async () => {
  place = await makeInstallation()
  tenant = await tappedTenant(place.publicUrl)
  mkdirSync(place.at('rules'))
  const settings = settingsWith(place.publicUrl, tenant, {
    entra: place.write('keys/entra', secrets.entra),
    google: place.write('keys/google', secrets.google),
  })
  const { code, stderr } = await place.run(['apply', place.write('settings.json', settings)])
  assert.equal(code, 0, stderr)
})
after(async () => {
  await place.close()
  await tenant.close()
})

const bring = (...more: readonly string[]) =>
  place.run(['import', 'auth0', '--users', place.at('users.ndjson'), '--passwords', place.at('hashes.ndjson'), ...more])

test('people and passwords come over; lines that cannot are listed with their numbers', async () => {
  place.write('users.ndjson', linesOf(ADA, '', '{broken', BEN))
  place.write(
    'hashes.ndjson',
    linesOf({ ...HASH, passwordHash: bcrypt.hashSync(PASSWORD, 4) }, { ...HASH, _ID: undefined, passwordHash: 'x' }),
  )
  const dry = await bring('--dry-run')
  assert.match(dry.stderr, /people: 1 can be read, 2 cannot\. Nothing was written\./)
  const { code, stdout, stderr } = await bring()
  assert.equal(code, 1, 'some did not come over')
  assert.match(
    stderr,
    /✗ line 3: not JSON\n {2}✗ line 4: the connection nowhere is not here\n! people: 1 added, 0 completed, 0 were here, 2 refused/,
  )
  assert.match(stderr, /✗ line 2: passwordHash: not a bcrypt hash of 4 to 12 rounds\n! passwords: 1 added/)
  assert.equal(stdout, '')
})

test('the second import changes nothing, also of the file as it was packed', async () => {
  place.write('users.ndjson', linesOf(ADA))
  writeFileSync(place.at('users.json.gz'), gzipSync(linesOf(ADA)))
  const packed = await place.run(['import', 'auth0', '--users', place.at('users.json.gz')])
  assert.match(packed.stderr, /✓ people: already so, 1 were here/)
  writeFileSync(place.at('broken.json.gz'), gzipSync(linesOf(ADA)).subarray(0, -20))
  const broken = await place.run(['import', 'auth0', '--users', place.at('broken.json.gz')])
  assert.equal(broken.code, 1)
  assert.match(broken.stderr, /settings_invalid: unexpected end of file\n {2}in .*broken\.json\.gz/)
  place.write('hashes.ndjson', linesOf({ ...HASH, passwordHash: bcrypt.hashSync('another', 4) }))
  const { code, stdout, stderr } = await bring('--json')
  assert.equal(code, 0)
  assert.match(stderr, /✓ people: already so, 1 were here\n[^\n]*\n✓ passwords: already so, 1 were here/)
  const { people } = JSON.parse(stdout)
  assert.deepEqual(people, { added: 0, completed: 0, same: 1, refused: 0, problems: [], accounts: 1, unlinked: 0 })
})

const storedHash = (): string => {
  const database = new DatabaseSync(place.at('data', 'usher.db'), { readOnly: true })
  try {
    return String(database.prepare('select password_hash from passwords where subject = ?').get('5f00aa')?.['password_hash'])
  } finally {
    database.close()
  }
}

test('they sign in with the password they had, arrive in the account they had, and nobody is made', async () => {
  await tenant.world.write(({ saveUser }) =>
    saveUser(
      {
        id: '33333333-3333-4333-8333-333333333333',
        userPrincipalName: UPN,
        displayName: 'Ada Byron',
        mailNickname: 'ada',
        accountEnabled: true,
        userType: 'Member',
        onPremisesImmutableId: IMMUTABLE_ID,
        assignedLicenses: [],
        createdDateTime: '2020-01-01T00:00:00Z',
        signInSessionsValidFromDateTime: '2020-01-01T00:00:00Z',
        properties: {},
        madeBy: 'administrator',
      },
      true,
    ),
  )
  place.write('rules/Remember.js', REMEMBER)
  assert.equal((await place.run(['rules', 'push', place.at('rules')])).code, 0)
  await place.start()
  const browser = visitor()
  const metadata = (
    await browser.open(`${place.publicUrl.origin}/wsfed/${DEMO_CLIENT_ID}/FederationMetadata/2007-06/FederationMetadata.xml`)
  ).body
  await introduceUsher(tenant, place.publicUrl, { secrets, metadata })
  assert.match(storedHash(), /^\$2/)
  const service = `${tenant.addresses.login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(`${tenant.addresses.service}/`)}`
  const page = await browser.click(await browser.open(service), 'guest password')
  const wrong = await browser.submit(page, { username: 'ada@fabrikam.example', password: 'another' })
  assert.equal(wrong.status, 422, 'the hash of the second file was not taken')
  const stop = await browser.submit(page, { username: 'ADA@fabrikam.example', password: PASSWORD })
  const last = stop.forms[0]?.fields['wresult'] ? await browser.submit(stop) : stop
  await browser.close()
  assert.ok(last.headers.get('x-emulator-arrived'), last.text)
  const live = tenant.world.truth.live()
  assert.deepEqual(
    live.filter((user) => user.userPrincipalName === UPN).map(({ id }) => id),
    ['33333333-3333-4333-8333-333333333333'],
  )
  assert.ok(!live.some(({ madeBy }) => madeBy !== 'administrator'), 'nobody was made')
  const { account } = JSON.parse((await place.run(['accounts', 'show', UPN, '--json'])).stdout)
  assert.deepEqual([account.stage, account.origin, account.immutableId], ['ready', 'imported', IMMUTABLE_ID])
  assert.match(storedHash(), /^\$argon2id\$/, 'the hash became ours')
})

test('what rules did is looked at, tried again and replayed with a draft, without effects', async () => {
  const logs = await place.run(['rules', 'logs'])
  assert.match(logs.stdout, /^\S+\t\S+Z\tpassed\t\d+ ms\t/)
  assert.match(logs.stdout, /log: hello ada/)
  const again = await place.run(['rules', 'try', 'Remember', '--run', 'last'])
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stdout, new RegExp(`^lets the person pass .*\nuser\\.inmutableid = "${IMMUTABLE_ID}"\nuser\\.upn = "${UPN}"`))
  const draft = place.write('Remember.js', REMEMBER.replace('callback(null, user, context)', "callback(new UnauthorizedError('No'))"))
  const replayed = await place.run(['rules', 'replay', draft, '--last', '5'])
  assert.match(replayed.stdout, /\tdenies: No\twas passed\n {2}in force:\n {4}lets the person pass/)
  assert.match(replayed.stderr, /1 of 1 recorded sign-ins would differ/)
  const same = await place.run(['rules', 'replay', place.at('rules', 'Remember.js')])
  assert.match(same.stderr, /0 of 1 recorded sign-ins would differ/)
  assert.match((await place.run(['rules', 'replay', 'Remember', '--json'])).stdout, /^\{"sample":\{"id"/)
})

test('thousands of people with much to remember come through little memory', async () => {
  const file = createWriteStream(place.at('many.ndjson'))
  const notes = 'x'.repeat(8_000)
  for (let n = 0; n < 5_000; n += 1) {
    const id = n.toString(16).padStart(24, '0')
    const account = { office365UPN: `many-${n}@${DEMO_TENANT.guestDomain}`, office365ImmutableId: `many-${n}==` }
    file.write(`${JSON.stringify({ ...ADA, user_id: `auth0|${id}`, email: `p${n}@x.example`, app_metadata: { ...account, notes } })}\n`)
  }
  file.end()
  await finished(file)
  const { code, stderr } = await place.run(['import', 'auth0', '--users', place.at('many.ndjson')], {
    environment: { NODE_OPTIONS: '--max-old-space-size=48' },
  })
  assert.equal(code, 0, stderr)
  assert.match(stderr, /✓ people: 5000 added, 0 completed, 0 were here, 0 refused/)
})
