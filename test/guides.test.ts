import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { createHandClock } from '../emulator/clock.ts'
import { readConfig } from '../src/config.ts'
import { oauth2Types } from '../src/connections/oauth2/oauth2.ts'
import { oidcType } from '../src/connections/oidc/oidc.ts'
import { socialTypes } from '../src/connections/oidc/social.ts'
import { readSettings } from '../src/management/settings-file.ts'

const root = resolve(import.meta.dirname, '..')
const guide = readFileSync(join(root, 'docs/guides/microsoft-365.md'), 'utf8')

/** The example of this kind in the guide. */
const example = (kind: 'config' | 'settings'): string => {
  const found = new RegExp(`\`\`\`json ${kind}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1]
  assert.ok(found, kind)
  return found
}

test('the configuration that the guide shows is accepted', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-guide-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'usher.json')
  writeFileSync(file, example('config'))
  assert.equal(readConfig(file).publicUrl.origin, 'https://id.contoso.com')
})

test('the settings that the guide shows are accepted, and the domain is federated with the issuer of its tokens', () => {
  const settings = readSettings(JSON.parse(example('settings')), {
    file: 'settings.json',
    read: () => 'a secret',
    environment: {},
  })
  const issuer = settings.relyingParties[0]?.domains['guests.contoso.com']?.issuer
  assert.ok(issuer)
  assert.ok(guide.includes(`-IssuerUri ${issuer} `))
  assert.equal(settings.targets[0]?.domain, 'guests.contoso.com')
})

/** The headings of a document, as addresses have them. */
const placesIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) =>
      `#${heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')}`,
  )

test('documents link only to what is there', () => {
  const files = globSync('{*.md,docs/**/*.md}', { cwd: root })
  assert.ok(files.length > 10)
  const broken = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:|mailto:)([^)#]*)(#[^)]+)?\)/g)]
      .map(([, target = '', place]) => [target === '' ? join(root, file) : join(dirname(join(root, file)), target), place] as const)
      .filter(([target, place]) => !existsSync(target) || (place !== undefined && !placesIn(target).includes(place)))
      .map(([target, place = '']) => `${file} → ${target}${place}`),
  )
  assert.deepEqual(broken, [])
})

test('the connections that the guide shows are accepted', async () => {
  const shown = /```json connections\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/guides/adding-a-connection.md'), 'utf8'))?.[1]
  assert.ok(shown)
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const everywhere = new Proxy({}, { get: () => 'a secret' })
  const { connections } = readSettings({ connections: JSON.parse(shown) }, { file: 'x.json', read: () => key, environment: everywhere })
  const parts = { fetch, clock: createHandClock(), randomness: { bytes: randomBytes }, publicUrl: new URL('https://id.contoso.com') }
  const types = [oidcType(parts), ...socialTypes(parts), ...oauth2Types(parts)]
  for (const one of connections) assert.ok(types.find(({ type }) => type === one.type)?.open({ ...one, id: one.name }), one.name)
  assert.equal(connections.length, 5)
})
