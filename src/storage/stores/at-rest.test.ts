import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings, TargetSettings } from '#kernel/settings.ts'
import { AT, onEachDatabase, type StoresUnderTest } from '../../../test/support/stores.ts'

const SECRETS = {
  connection: 'connection-secret-51fd',
  target: 'target-secret-82ac',
  certificateKey: '-----BEGIN PRIVATE KEY----- target-key-77aa',
  signingKey: '-----BEGIN PRIVATE KEY----- signing-key-90be',
  session: 'session-cookie-44d1',
  grant: 'hop browser-cookie-13ef contoso',
  configuration: 'configuration-value-3b9e',
  actionSecret: 'action-secret-66d0',
  trace: 'said-by-a-rule-a4c2',
  apiToken: 'usher_api_token-0f5b',
} as const

/** Proves that the search below would find what is there. */
const PLAIN = 'plain-label-6c1d'

const connection: Omit<ConnectionSettings, 'id'> = {
  name: 'google',
  type: 'oidc',
  label: PLAIN,
  brand: 'google',
  homeRealms: [],
  settings: { clientSecret: new Secret(SECRETS.connection) },
}

const target: TargetSettings = {
  name: 'contoso',
  type: 'graph',
  tenant: 'contoso.example',
  clientId: '6fb1a4f5-9ae5-4d0c-a3cd-6e1a3c2f6f5a',
  credential: { kind: 'secret', secret: new Secret(SECRETS.target) },
  cloud: 'global',
  domain: 'guests.contoso.example',
  userPrincipalName: 'name',
  protectedNames: [],
  usageLocation: { default: 'DE' },
  licenses: [],
  settleMs: 0,
}

const byCertificate: TargetSettings = {
  ...target,
  name: 'fabrikam',
  credential: { kind: 'certificate', certificatePem: 'certificate', privateKeyPem: new Secret(SECRETS.certificateKey) },
}

const keepAll = async (opened: StoresUnderTest): Promise<void> => {
  const { stores, addUser } = opened
  await addUser('dana')
  await stores.settings.apply({ relyingParties: [], connections: [connection], targets: [target, byCertificate] }, AT)
  await stores.keys.found([
    {
      id: 'one',
      state: 'active',
      certificatePem: 'certificate',
      privateKeyPem: new Secret(SECRETS.signingKey),
      notAfter: AT,
      createdAt: AT,
    },
  ])
  const authentication = { at: AT, method: 'password' } as const
  await stores.sessions.start({ id: SECRETS.session, user: 'dana', connection: 'c', authentication, createdAt: AT, expiresAt: AT + 9 }, 'r')
  await stores.grants.put(SECRETS.grant, {}, AT + 9)
  await keepRules(opened)
}

const keepRules = async ({ stores }: StoresUnderTest): Promise<void> => {
  const rule = { id: 'act_1', name: 'a', kind: 'action', script: 's', order: 1, enabled: true, legacyGlobals: false, version: 1 } as const
  const secrets = { KEY: new Secret(SECRETS.actionSecret) }
  const configuration = { KEY: new Secret(SECRETS.configuration) }
  await stores.rules.change({ author: 'a', at: AT, edit: (now) => ({ ...now, rules: [{ ...rule, secrets }], configuration }) })
  const body = { order: { user: {}, context: {} }, result: {}, console: [{ text: SECRETS.trace }], timings: [] }
  await stores.ruleRuns.record({ at: AT, userId: 'dana', relyingParty: 'rp', reference: 'r', body })
  await stores.apiTokens.add({ name: 'ci', bearer: SECRETS.apiToken, scopes: [], createdAt: AT, expiresAt: AT + 9, by: 'a' })
}

/** Everything a thief of the database has: its files, or all its rows. */
const stolen = async ({ address, sql }: StoresUnderTest): Promise<string> => {
  if (address.startsWith('sqlite:'))
    return globSync(`${address.slice('sqlite:'.length)}*`)
      .map((file) => readFileSync(file, 'latin1'))
      .join('\n')
  const tables = await sql(`select tablename from pg_tables where schemaname = 'public'`)
  const rows = await Promise.all(tables.map(({ tablename }) => sql(`select * from "${String(tablename)}"`)))
  return JSON.stringify(rows)
}

const spellings = (text: string): readonly string[] => {
  const bytes = Buffer.from(text)
  // The first and last characters of base64 depend on what stands around.
  return [text, bytes.toString('base64').slice(1, -4), bytes.toString('base64url').slice(1, -4), bytes.toString('hex')]
}

onEachDatabase((name, open) => {
  test(`${name}: whoever takes the database takes no secret`, async (t) => {
    const opened = await open(t)
    await keepAll(opened)
    const loot = await stolen(opened)
    assert.ok(loot.includes(PLAIN))
    for (const [what, secret] of Object.entries(SECRETS))
      for (const spelling of spellings(secret)) assert.equal(loot.includes(spelling), false, `${what} as ${spelling}`)
  })

  test(`${name}: with another key-encryption key nothing opens`, async (t) => {
    const opened = await open(t)
    await keepAll(opened)
    const otherKey = new Secret(Buffer.alloc(32, 7).toString('base64'))
    await assert.rejects(opened.another(otherKey), { code: 'key_wrong' })
  })
})
