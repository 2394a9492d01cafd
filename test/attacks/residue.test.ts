import assert from 'node:assert/strict'
import { createPrivateKey, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DEMO_CLIENT_ID, DEMO_CONNECTIONS, DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { createSecrets } from '../../src/lib/secrets.ts'
import { signingKeysIn } from '../support/at-rest.ts'
import { ANA } from '../support/guests.ts'
import { type Installation, makeInstallation, type RunningUsher } from '../support/installation.ts'
import { introduceUsher, settingsWith, type TappedTenant, tappedTenant } from '../support/tapped-tenant.ts'
import { type Stop, type Visitor, visitor } from '../support/visitor.ts'

const PERSON = { username: 'dana@fabrikam.example', password: randomBytes(18).toString('base64url') }
const secrets = { entra: randomBytes(24).toString('base64url'), google: randomBytes(24).toString('base64url') }

let place: Installation
let tenant: TappedTenant
let server: RunningUsher
let materials: ReadonlyMap<string, readonly Buffer[]>

before(async () => {
  place = await makeInstallation()
  tenant = await tappedTenant(place.publicUrl)
  const secretFiles = { entra: place.write('keys/entra', secrets.entra), google: place.write('keys/google', secrets.google) }
  const settingsFile = place.write('settings.json', settingsWith(place.publicUrl, tenant, secretFiles))
  assert.equal((await place.run(['apply', settingsFile])).code, 0)
  const person = ['users', 'add', PERSON.username, '--connection', DEMO_CONNECTIONS.guests, '--email', PERSON.username, '--password-stdin']
  assert.equal((await place.run(person, { input: `${PERSON.password}\n` })).code, 0)
  server = await place.start()
  const browsers = [visitor(), visitor()] as const
  const metadataUrl = `${place.publicUrl.origin}/wsfed/${DEMO_CLIENT_ID}/FederationMetadata/2007-06/FederationMetadata.xml`
  await introduceUsher(tenant, place.publicUrl, { secrets, metadata: (await browsers[0].open(metadataUrl)).body })
  const tokens = [await withGoogle(browsers[0]), await withPassword(browsers[1])]
  materials = materialsOf(browsers, tokens)
  await Promise.all(browsers.map((one) => one.close()))
})
after(async () => {
  await place.close()
  await tenant.close()
})

const openService = (browser: Visitor): Promise<Stop> =>
  browser.open(
    `${tenant.addresses.login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(`${tenant.addresses.service}/sites/partners`)}`,
  )

/** The token that was posted, once Microsoft took it. */
const arrivedWith = async (browser: Visitor, stop: Stop): Promise<string> => {
  const token = stop.forms[0]?.fields['wresult'] ?? ''
  assert.match(token, /SignatureValue/, `${stop.status} ${stop.title}: ${stop.text.slice(0, 300)}`)
  const arrived = await browser.submit(stop)
  assert.ok(arrived.headers.get('x-emulator-arrived'), arrived.text.slice(0, 300))
  return token
}

const withGoogle = async (browser: Visitor): Promise<string> => {
  const google = await browser.click(await openService(browser), 'Google')
  return arrivedWith(browser, await browser.click(google, ANA))
}

const withPassword = async (browser: Visitor): Promise<string> => {
  const page = await browser.click(await openService(browser), 'guest password')
  return arrivedWith(browser, await browser.submit(page, PERSON))
}

/** All that matches in what was said over the wire. */
const heardAll = (path: RegExp, side: 'asked' | 'answered', pattern: RegExp): readonly Buffer[] =>
  tenant.heard
    .filter((one) => path.test(one.path))
    .flatMap((one) => [...one[side].matchAll(pattern)].map(([, found = '']) => Buffer.from(decodeURIComponent(found))))

/** What must be nowhere, each by its name; bytes as they are. */
const materialsOf = (browsers: readonly Visitor[], tokens: readonly string[]): ReadonlyMap<string, readonly Buffer[]> => {
  const kek = readFileSync(place.at('keys', 'kek'), 'utf8').trim()
  const { identityKey, privateKeys } = signingKeysIn(place.at('data', 'usher.db'), createSecrets(new Secret(kek), { bytes: randomBytes }))
  const cookies = (name: string) => browsers.map((one) => Buffer.from(one.cookies(place.publicUrl.hostname).get(name) ?? ''))
  return new Map<string, readonly Buffer[]>([
    ['key-encryption key', [Buffer.from(kek, 'base64')]],
    ['private signing key', privateKeys.flatMap(partsOfKey)],
    ['key of the immutable IDs', [Buffer.from(identityKey, 'base64')]],
    ['secret of the Entra app', [Buffer.from(secrets.entra)]],
    ['secret at Google', [Buffer.from(secrets.google)]],
    ['password of the new users in Entra', heardAll(/^POST \/v1\.0\/users$/, 'asked', /"password":"([^"]+)"/g)],
    ['password of the person', [Buffer.from(PERSON.password)]],
    ['session cookie', cookies('usher_session')],
    ['browser cookie', cookies('usher_browser')],
    ['tokens of Google and Entra', heardAll(/token$/, 'answered', /"(?:access|id)_token":"([^"]+)"/g).map(essenceOf)],
    ['signatures of the assertions', tokens.map((one) => Buffer.from(/<ds:SignatureValue>([^<]+)</.exec(one)?.[1] ?? '', 'base64'))],
    ['PKCE verifier', heardAll(/^POST \/token$/, 'asked', /code_verifier=([^&]+)/g)],
  ])
}

/** The numbers nobody may know, as they stand in every encoding of the key. */
const partsOfKey = (pem: string): readonly Buffer[] => {
  const { d = '', p = '', q = '' } = createPrivateKey(pem).export({ format: 'jwk' })
  return [d, p, q].map((one) => Buffer.from(one, 'base64url'))
}

/** What makes a token worth something is its end: beginnings are alike. */
const essenceOf = (token: Buffer): Buffer => token.subarray(-40)

/** As it is, in hexadecimal, and in base64 at each of the three places it can begin. */
const spellings = (material: Buffer): readonly Buffer[] => {
  const inBase64 = [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), material])
    const text = whole.toString('base64').replace(/=+$/, '')
    const own = text.slice(shift === 0 ? 0 : shift + 1, whole.length % 3 === 0 ? undefined : -1)
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const hex = material.toString('hex')
  return [material, ...[hex, hex.toUpperCase(), ...inBase64].map((text) => Buffer.from(text))]
}

/** Everything Usher wrote anywhere: its data, temporary files and compile cache, its log, and the configuration. */
const residue = (): ReadonlyMap<string, Buffer> => {
  const files = ['data', 'temporary', 'cache'].flatMap((name) =>
    readdirSync(place.at(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  return new Map([
    ...[...files, place.configFile, place.at('settings.json')].map((file): [string, Buffer] => [file, readFileSync(file)]),
    ['standard output', Buffer.from(server.stdout())],
    ['standard error', Buffer.from(server.stderr())],
  ])
}

const findings = (wanted: ReadonlyMap<string, readonly Buffer[]>): readonly string[] => {
  const places = residue()
  return [...wanted].flatMap(([name, all]) =>
    [...places].flatMap(([where, bytes]) =>
      all.some((one) => spellings(one).some((spelling) => bytes.includes(spelling))) ? [`${name} in ${where}`] : [],
    ),
  )
}

test('two newcomers signed in, and every secret of that was seen', () => {
  assert.equal(materials.size, 12)
  for (const [name, all] of materials) {
    assert.ok(all.length > 0, name)
    for (const one of all) assert.ok(one.length >= 20, `${name}: ${one.length} bytes`)
  }
  assert.equal(materials.get('password of the new users in Entra')?.length, 2)
})

test('the search finds what Usher does keep', () => {
  const kept = new Map([
    ['name', [Buffer.from(`ana.ruiz@${DEMO_TENANT.guestDomain}`)]],
    ['event', [Buffer.from('"token_issued"')]],
  ])
  const found = findings(kept).join('\n')
  assert.match(found, /name in .*usher\.db/)
  assert.match(found, /event in standard output/)
})

for (const when of ['while it runs', 'after it stopped'])
  test(`${when} none of twelve secrets is in the database, the log, a temporary file or a cache`, async (t) => {
    if (when === 'after it stopped') await server.stop()
    const places = residue()
    t.diagnostic(`count ${places.size} files searched for ${[...materials.values()].flat().length} pieces of 12 materials`)
    assert.ok(places.size >= 5, [...places.keys()].join())
    assert.deepEqual(findings(materials), [])
  })
