import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings, RelyingParty, TargetSettings } from '#kernel/settings.ts'
import { AT, type OpenStores } from '../../support/stores.ts'

const RACERS = 10

const google = (clientSecret: string): Omit<ConnectionSettings, 'id'> => ({
  name: 'google',
  type: 'oidc',
  label: 'Google',
  brand: 'google',
  homeRealms: ['gmail.com'],
  settings: { issuer: 'https://accounts.google.example', clientSecret: new Secret(clientSecret), deep: [{ pin: new Secret('4711-pin') }] },
})

const contoso = (secret: string): TargetSettings => ({
  name: 'contoso',
  type: 'graph',
  tenant: 'contoso.example',
  clientId: '6fb1a4f5-9ae5-4d0c-a3cd-6e1a3c2f6f5a',
  credential: { kind: 'secret', secret: new Secret(secret) },
  cloud: 'global',
  domain: 'guests.contoso.example',
  userPrincipalName: 'name',
  protectedNames: [],
  usageLocation: { default: 'DE' },
  licenses: [],
  settleMs: 10_000,
})

const office = (name: string): RelyingParty => ({
  clientId: 'office',
  name,
  protocol: 'wsfed',
  realm: 'urn:federation:MicrosoftOnline',
  replyUrls: ['https://login.microsoftonline.com/login.srf'],
  format: 'saml11',
  lifetimeSeconds: 300,
  sessionMaxAgeSeconds: 3_600,
  target: 'contoso',
  connections: ['google'],
  admission: { policy: 'everyone' },
  domains: { 'guests.contoso.example': { issuer: 'urn:usher:guests' } },
  signInUrl: 'https://login.microsoftonline.com/login.srf',
  links: {},
  deepLinkPrefixes: [],
})

const declared = (clientSecret = 'google-secret') => ({
  relyingParties: [office('Office')],
  connections: [google(clientSecret)],
  targets: [contoso('entra-secret')],
})

const nothing = { relyingParties: [], connections: [], targets: [] }

/** What administrators declared. */
export const settingsConformance = (name: string, open: OpenStores): void => {
  test(`${name}: nothing was declared at first`, async (t) => {
    const { settings } = (await open(t)).stores
    assert.deepEqual(await settings.current(), { revision: 0, ...nothing, rules: { rules: [], configuration: {}, budgetMs: 20_000 } })
    assert.deepEqual(await settings.apply(nothing, AT), { revision: 0, changes: [] })
  })

  test(`${name}: what is declared is in force on every node, secrets included`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    await others.settings.current()
    const { revision, changes } = await stores.settings.apply(declared(), AT)
    assert.deepEqual(changes, ['target contoso added', 'connection google added', 'relying party office added'])
    for (const { settings } of [stores, others]) {
      const current = await settings.current()
      assert.equal(current.revision, revision)
      assert.deepEqual(current.relyingParties, [office('Office')])
      const [connection] = current.connections
      assert.match(connection?.id ?? '', /^con_[0-9a-f]{24}$/)
      assert.deepEqual({ ...connection, id: undefined, settings: undefined }, { ...google(''), id: undefined, settings: undefined })
      assert.equal(revealed(connection?.settings['clientSecret']), 'google-secret')
      assert.match(JSON.stringify(connection?.settings), /"\[secret\]"/)
      const [target] = current.targets
      assert.equal(target?.credential.kind === 'secret' && target.credential.secret.reveal(), 'entra-secret')
    }
  })

  test(`${name}: the same object is given for as long as nothing changed`, async (t) => {
    const { settings } = (await open(t)).stores
    await settings.apply(declared(), AT)
    const first = await settings.current()
    assert.equal(await settings.current(), first)
    assert.deepEqual(await settings.apply(declared(), AT + 1), { revision: first.revision, changes: [] })
    assert.equal(await settings.current(), first)
    await settings.apply({ ...nothing, relyingParties: [office('Microsoft 365')] }, AT + 2)
    const second = await settings.current()
    assert.notEqual(second, first)
    assert.notEqual(second.relyingParties[0], first.relyingParties[0])
    assert.equal(second.connections[0], first.connections[0], 'what was opened for it stays open')
    assert.equal(second.targets[0], first.targets[0])
  })

  test(`${name}: only what differs is a change, also when it is a secret; what is not named stays`, async (t) => {
    const { settings } = (await open(t)).stores
    await settings.apply(declared(), AT)
    const before = await settings.current()
    const changed = await settings.apply({ ...nothing, connections: [google('another-secret')] }, AT)
    assert.deepEqual(changed, { revision: before.revision + 1, changes: ['connection google changed'] })
    const after = await settings.current()
    assert.deepEqual(after.relyingParties, before.relyingParties)
    assert.equal(after.connections[0]?.id, before.connections[0]?.id, 'its people stay who they are')
    assert.equal(revealed(after.connections[0]?.settings['clientSecret']), 'another-secret')
    assert.equal(after.targets.length, 1)
  })

  single(name, open)
  guarded(name, open)
  turning(name, open)
}

/** Settings that are one value. */
const single = (name: string, open: OpenStores): void => {
  test(`${name}: the time rules have is a setting, and applying others leaves it and the rules as they are`, async (t) => {
    const { settings } = (await open(t)).stores
    const changed = await settings.apply({ ...nothing, ruleBudgetMs: 30_000 }, AT)
    assert.deepEqual(changed.changes, ['rules have 30 s'])
    await settings.apply(declared(), AT)
    assert.equal((await settings.current()).rules.budgetMs, 30_000)
    assert.deepEqual((await settings.apply({ ...nothing, ruleBudgetMs: 30_000 }, AT)).changes, [])
  })

  test(`${name}: how long events are kept is a setting, changed by nothing else, and its change is told`, async (t) => {
    const { settings, rules, eventLog } = (await open(t)).stores
    assert.equal('auditMaxAgeDays' in (await settings.current()), false)
    assert.deepEqual((await settings.apply({ ...nothing, auditMaxAgeDays: 90 }, AT)).changes, ['events are kept for 90 days'])
    assert.equal((await settings.current()).auditMaxAgeDays, 90)
    const [event] = await eventLog.latest({ limit: 1 })
    assert.equal(event?.facts?.['what'], 'events are kept for 90 days')
    await settings.apply(declared(), AT)
    await rules.change({ author: 'a test', at: AT, edit: (current) => ({ ...current, budgetMs: 1_000 }) })
    assert.equal((await settings.current()).auditMaxAgeDays, 90)
    assert.deepEqual((await settings.apply({ ...nothing, auditMaxAgeDays: 90 }, AT)).changes, [])
  })
}

/** What must not happen to them. */
const guarded = (name: string, open: OpenStores): void => {
  test(`${name}: of many who declare the same at once one changes something`, async (t) => {
    const { stores, another } = await open(t)
    const others = await another()
    const applied = await Promise.all(Array.from({ length: RACERS }, (_, n) => (n % 2 ? stores : others).settings.apply(declared(), AT)))
    assert.equal(applied.filter(({ changes }) => changes.length > 0).length, 1)
    assert.deepEqual(new Set(applied.map(({ revision }) => revision)), new Set([1]))
  })

  test(`${name}: a setting cannot pass itself off as a sealed secret`, async (t) => {
    const { settings } = (await open(t)).stores
    const forged = { ...google('s'), settings: { deep: [{ clientSecret: { $sealed: 'v1.AAAA' } }] } }
    await assert.rejects(settings.apply({ ...nothing, connections: [forged] }, AT), { code: 'settings_invalid' })
    assert.equal((await settings.current()).revision, 0)
  })

  test(`${name}: a sealed secret that was moved to another place is refused`, async (t) => {
    const { stores, another, sql } = await open(t)
    await stores.settings.apply(declared(), AT)
    const [row] = await sql('select body_json from settings')
    const body: { connections: { settings: { clientSecret: unknown; deep: { pin: unknown }[] } }[] } = JSON.parse(
      String(row?.['body_json']),
    )
    const kept = body.connections[0]?.settings
    assert.ok(kept?.deep[0])
    const moved = { ...body, connections: [{ ...body.connections[0], settings: { ...kept, clientSecret: kept.deep[0].pin } }] }
    await sql(`update settings set revision = 9, body_json = '${JSON.stringify(moved)}' returning revision`)
    await assert.rejects((await another()).settings.current(), { code: 'key_wrong' })
    await assert.rejects(stores.settings.current(), { code: 'key_wrong' }, 'old settings are not used on in silence')
  })
}

/** Connections that would mean other people from then on. */
const turning = (name: string, open: OpenStores): void => {
  const turns: readonly (readonly [field: string, change: (one: Omit<ConnectionSettings, 'id'>) => Omit<ConnectionSettings, 'id'>])[] = [
    ['directory', (one) => ({ ...one, directory: { immutableIdAttribute: 'objectGUID', userPrincipalNameAttribute: 'upn' } })],
    ['type', (one) => ({ ...one, type: 'saml' })],
    ['subjectAttribute', (one) => ({ ...one, settings: { ...one.settings, subjectAttribute: 'nickname' } })],
    ['profile.subject', (one) => ({ ...one, settings: { ...one.settings, profile: { subject: 'login' } } })],
  ]

  for (const [field, change] of turns)
    test(`${name}: whom the subjects of a connection mean (${field}) turns while it has no people, and not afterwards`, async (t) => {
      const { settings, people } = (await open(t)).stores
      const turned = { ...nothing, connections: [change(google('google-secret'))] }
      await settings.apply(declared(), AT)
      await settings.apply(turned, AT)
      const [connection] = (await settings.current()).connections
      assert.ok(connection)
      await people.recognize({ connection: connection.id, issuer: 'i', subject: 's' }, { names: {}, emailVerified: false }, AT)
      const { revision } = await settings.current()
      await assert.rejects(
        settings.apply(declared(), AT),
        (error) => error instanceof UsherError && error.detail['field'] === `connections.google.${field}`,
      )
      assert.equal((await settings.current()).revision, revision)
      assert.deepEqual((await settings.apply(turned, AT)).changes, [])
    })

  test(`${name}: sessions by an issuer that no longer speaks for a connection end, and those of other connections do not`, async (t) => {
    const { settings, people, sessions } = (await open(t)).stores
    const issuedBy = (issuer: string) => ({ ...google('s'), settings: { ...google('s').settings, issuer } })
    const apply = (...connections: Omit<ConnectionSettings, 'id'>[]) => settings.apply({ ...nothing, connections }, AT)
    const signIn = async (index: number) => {
      const connection = (await settings.current()).connections[index]?.id ?? ''
      const identity = { connection, issuer: 'i', subject: 's' }
      const { id: user } = await people.recognize(identity, { names: {}, emailVerified: false }, AT)
      const authentication = { method: 'federated' as const, at: AT }
      await sessions.start({ id: `s${index}`, user, connection, identity, authentication, createdAt: AT, expiresAt: AT + 99 }, 'r')
    }
    await apply(issuedBy('https://old.example'), { ...issuedBy('https://old.example'), name: 'another' })
    for (const index of [0, 1]) await signIn(index)
    await apply({ ...issuedBy('https://old.example'), label: 'G' })
    assert.ok(await sessions.find('s0', AT))
    await apply(issuedBy('https://new.example'))
    assert.deepEqual([await sessions.find('s0', AT), (await sessions.find('s1', AT))?.id], [undefined, 's1'])
  })
}

const revealed = (value: unknown): string | undefined => (value instanceof Secret ? value.reveal() : undefined)
