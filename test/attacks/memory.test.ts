import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DEMO_CLIENT_ID, DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ANA } from '../support/guests.ts'
import { type Installation, makeInstallation, type RunningUsher } from '../support/installation.ts'
import { passwordSpellings } from '../support/password-spellings.ts'
import { introduceUsher, settingsWith, type TappedTenant, tappedTenant } from '../support/tapped-tenant.ts'
import { visitor, type Visitor } from '../support/visitor.ts'

const REALM = 'urn:federation:MicrosoftOnline'

interface Scene {
  readonly place: Installation
  readonly tenant: TappedTenant
  readonly server: RunningUsher
  readonly browser: Visitor
}

/** A server that writes down everything it can still reach when it is told to. */
const openScene = async (t: TestContext): Promise<Scene> => {
  const place = await makeInstallation()
  t.after(place.close)
  const tenant = await tappedTenant(place.publicUrl)
  t.after(tenant.close)
  const secrets = { entra: randomBytes(24).toString('base64url'), google: randomBytes(24).toString('base64url') }
  const secretFiles = { entra: place.write('keys/entra', secrets.entra), google: place.write('keys/google', secrets.google) }
  const settingsFile = place.write('settings.json', settingsWith(place.publicUrl, tenant, secretFiles))
  assert.equal((await place.run(['apply', settingsFile])).code, 0)
  mkdirSync(place.at('memory'))
  const server = await place.start({ NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${place.at('memory')}` })
  const browser = visitor()
  t.after(browser.close)
  const metadataUrl = `${place.publicUrl.origin}/wsfed/${DEMO_CLIENT_ID}/FederationMetadata/2007-06/FederationMetadata.xml`
  await introduceUsher(tenant, place.publicUrl, { secrets, metadata: (await browser.open(metadataUrl)).body })
  return { place, tenant, server, browser }
}

/** The heap as it is now. The server stands still while it writes, so it is asked until it answers and all is there. */
const heapOf = async ({ place, server, browser }: Scene): Promise<Buffer> => {
  const before = new Set(readdirSync(place.at('memory')))
  server.signal('SIGUSR2')
  for (;;) {
    await browser.open(`${place.publicUrl.origin}/healthz`)
    const file = readdirSync(place.at('memory')).find((name) => !before.has(name))
    const bytes = file === undefined ? Buffer.of() : readFileSync(join(place.at('memory'), file))
    if (bytes.toString('latin1').trimEnd().endsWith('}')) return bytes
  }
}

const arrive = async ({ tenant, browser }: Scene): Promise<void> => {
  const service = encodeURIComponent(`${tenant.addresses.service}/sites/partners`)
  const address = `${tenant.addresses.login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${service}`
  const google = await browser.click(await browser.open(address), 'Google')
  const answer = await browser.click(google, ANA)
  assert.match(answer.forms[0]?.fields['wresult'] ?? '', /SignatureValue/, `${answer.status} ${answer.title}`)
  assert.ok((await browser.submit(answer)).headers.get('x-emulator-arrived'))
}

const passwordsPosted = ({ tenant }: Scene): readonly string[] =>
  tenant.heard.filter(({ path }) => path === 'POST /v1.0/users').flatMap(({ asked }) => /"password":"([^"]+)"/.exec(asked)?.[1] ?? [])

/** Resolves when the account is there, password and all, and Usher has gone on to its license. */
const made = async ({ place, tenant }: Scene): Promise<void> => {
  const other = visitor()
  while (!tenant.heard.some(({ path }) => path.endsWith('/assignLicense'))) await other.open(`${place.publicUrl.origin}/healthz`)
  await other.close()
}

test('no memory of a server has the password of the account it made: not while somebody waits, and not once they arrived', async (t) => {
  const scene = await openScene(t)
  const arriving = arrive(scene)
  await made(scene)
  const heaps = { 'while they wait': await heapOf(scene), 'once they arrived': await arriving.then(() => heapOf(scene)) }
  const passwords = passwordsPosted(scene)
  assert.equal(passwords.length, 1)
  for (const [when, heap] of Object.entries(heaps)) {
    t.diagnostic(`count ${heap.length} bytes of memory ${when}`)
    for (const spelling of passwords.flatMap(passwordSpellings)) assert.equal(heap.includes(spelling), false, when)
    assert.ok(heap.includes(REALM), `the memory could not be searched ${when}`)
  }
  assert.ok(heaps['while they wait'].includes(`ana.ruiz@${DEMO_TENANT.guestDomain}`), 'nobody was waiting')
})
