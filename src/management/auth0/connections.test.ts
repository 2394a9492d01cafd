import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { readLdapSettings } from '#connections/ldap/ldap-settings.ts'
import { oauth2Types } from '#connections/oauth2/oauth2.ts'
import { oidcType } from '#connections/oidc/oidc.ts'
import { samlType } from '#connections/saml/saml.ts'
import { socialTypes } from '#connections/oidc/social.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { SAML_KEYS } from '../../../test/support/saml-identity-provider.ts'
import { APPLE } from '../../../test/support/social-stage.ts'
import { readSettings } from '../settings-file.ts'
import { planConnections } from './connections.ts'
import { createFindings } from './findings.ts'

const PUBLIC_URL = new URL('https://id.contoso.example')
const SECRET = randomBytes(12).toString('hex')
const CLIENT = { client_id: 'c1', client_secret: SECRET }
const TENANT = '11111111-2222-4333-8444-555555555555'
const { certificate } = SAML_KEYS.provider

interface Said {
  readonly values?: Readonly<Record<string, string>>
  readonly keepsCallback?: boolean
}

/** What becomes of connections of an export, and what is told about them. */
const planned = (connections: readonly object[], { values = {}, keepsCallback = false }: Said = {}) => {
  const findings = createFindings()
  const found = connections.map((value) => ({ file: 'connections.json', value: { ...value } }))
  const all = planConnections(found, { findings, values, publicUrl: PUBLIC_URL, keepsCallback, refused: new Map() })
  const read = () => {
    throw new Error('an export has no files')
  }
  const declared = { connections: all.map((one) => one.declared) }
  return {
    connections: readSettings(declared, { file: 'the export', read, environment: {} }).connections,
    told: findings.all().map(({ kind, text }) => `${kind}: ${text}`),
  }
}

const neverCalled = async (): Promise<never> => {
  throw new Error('nobody is called')
}
const parts = { fetch: neverCalled, clock: { now: () => 0, sleep: neverCalled }, randomness: { bytes: randomBytes }, publicUrl: PUBLIC_URL }
const types = [...socialTypes(parts), ...oauth2Types(parts), oidcType(parts), samlType(parts)]

/** Its own type takes it. */
const assertOpens = (connection: Omit<ConnectionSettings, 'id'>): void => {
  const withId = { ...connection, id: 'con_x' }
  if (connection.type === 'ldap') readLdapSettings(withId, PUBLIC_URL)
  else assert.ok(types.find(({ type }) => type === connection.type)?.open(withId), connection.type)
}

const secretsIn = (value: unknown): readonly string[] => {
  if (value instanceof Secret) return [value.reveal()]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : []
}

interface Kind {
  readonly exported: object
  readonly values?: Said['values']
  readonly type: string
  readonly settings: object
  readonly secret?: string
}

const adValues = {
  CONNECTION_CORP_URL: 'ldaps://dc1.corp.example, ldaps://dc2.corp.example',
  CONNECTION_CORP_BIND_DN: 'CN=usher,DC=corp,DC=example',
  CONNECTION_CORP_BIND_PASSWORD: SECRET,
  CONNECTION_CORP_BASE: 'DC=corp,DC=example',
}
const adSettings = {
  kind: 'active-directory',
  urls: ['ldaps://dc1.corp.example', 'ldaps://dc2.corp.example'],
  bindDn: 'CN=usher,DC=corp,DC=example',
  base: 'DC=corp,DC=example',
}

const kinds: Readonly<Record<string, Kind>> = {
  linkedin: { exported: { name: 'linkedin', strategy: 'linkedin', options: CLIENT }, type: 'linkedin', settings: { clientId: 'c1' } },
  facebook: { exported: { name: 'facebook', strategy: 'facebook', options: CLIENT }, type: 'facebook', settings: { clientId: 'c1' } },
  github: { exported: { name: 'github', strategy: 'github', options: CLIENT }, type: 'github', settings: { clientId: 'c1' } },
  windowslive: {
    exported: { name: 'windowslive', strategy: 'windowslive', options: CLIENT },
    type: 'microsoft-personal',
    settings: { clientId: 'c1' },
  },
  apple: {
    exported: {
      name: 'apple',
      strategy: 'apple',
      options: { client_id: 'com.contoso.x', app_secret: APPLE.pem, team_id: 'TEAM123456', kid: 'KEY1234567' },
    },
    type: 'apple',
    settings: { clientId: 'com.contoso.x', teamId: 'TEAM123456', keyId: 'KEY1234567' },
    secret: APPLE.pem,
  },
  'google-apps': {
    exported: {
      name: 'fabrikam',
      strategy: 'google-apps',
      options: { ...CLIENT, tenant_domain: 'Fabrikam.example', domain_aliases: ['fabrikam.test'] },
    },
    type: 'google-workspace',
    settings: { clientId: 'c1', domains: ['fabrikam.example', 'fabrikam.test'] },
  },
  waad: {
    exported: {
      name: 'wingtip',
      strategy: 'waad',
      options: { ...CLIENT, tenantId: TENANT.toUpperCase(), tenant_domain: 'wingtip.example' },
    },
    type: 'microsoft',
    settings: { clientId: 'c1', tenant: TENANT },
  },
  'waad for all': {
    exported: { name: 'anybody', strategy: 'waad', options: { ...CLIENT, useCommonEndpoint: true } },
    type: 'microsoft',
    settings: { clientId: 'c1', tenant: 'organizations' },
  },
  samlp: {
    exported: {
      name: 'partner',
      strategy: 'samlp',
      options: {
        signInEndpoint: 'https://idp.partner.example/sso',
        signingCert: Buffer.from(certificate).toString('base64'),
        metadataXml: '<EntityDescriptor entityID="https://idp.partner.example/saml"/>',
        protocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
        entityId: 'urn:auth0:contoso:partner',
        fieldsMap: { email: 'mail', given_name: ['givenName', 'gn'], user_id: 'employeeNumber' },
        tenant_domain: 'partner.example',
      },
    },
    type: 'saml',
    settings: {
      issuer: 'https://idp.partner.example/saml',
      signInUrl: 'https://idp.partner.example/sso',
      certificates: certificate.trim(),
      binding: 'post',
      entityId: 'urn:auth0:contoso:partner',
      attributes: { email: ['mail'], givenName: ['givenName', 'gn'] },
      subjectAttribute: 'employeeNumber',
    },
  },
  ad: {
    exported: { name: 'corp', strategy: 'ad', options: { tenant_domain: 'corp.example' } },
    values: adValues,
    type: 'ldap',
    settings: adSettings,
  },
  'auth0-adldap': { exported: { name: 'corp', strategy: 'auth0-adldap' }, values: adValues, type: 'ldap', settings: adSettings },
  oauth2: {
    exported: {
      name: 'forge',
      strategy: 'oauth2',
      options: {
        ...CLIENT,
        authorizationURL: 'https://forge.example/oauth/authorize',
        tokenURL: 'https://tokens.elsewhere.example/t',
        scope: 'profile email',
        scripts: { fetchUserProfile: 'function (accessToken, ctx, cb) { cb(null, {}) }' },
      },
    },
    values: {
      CONNECTION_FORGE_PROFILE_URL: 'https://api.forge.example/me',
      CONNECTION_FORGE_SUBJECT: 'data.id',
      CONNECTION_FORGE_EMAIL: 'data.email',
    },
    type: 'oauth2',
    settings: {
      clientId: 'c1',
      issuer: 'https://forge.example',
      authorizationUrl: 'https://forge.example/oauth/authorize',
      tokenUrl: 'https://tokens.elsewhere.example/t',
      profileUrl: 'https://api.forge.example/me',
      endpointHosts: ['tokens.elsewhere.example'],
      scopes: ['profile', 'email'],
      secretIn: 'form',
      profile: { subject: 'data.id', email: 'data.email' },
    },
  },
}

/** Settings as they can be compared: without what nobody may read. */
const open = (settings: object): object => Object.fromEntries(Object.entries(settings).filter(([, value]) => !(value instanceof Secret)))

for (const [name, { exported, values = {}, type, settings, secret = SECRET }] of Object.entries(kinds))
  test(`${name}: comes over as its type takes it, with its secret and none in what is told`, () => {
    const { connections, told } = planned([exported], { values })
    const [connection] = connections
    assert.ok(connection, told.join('\n'))
    assert.equal(connection.type, type)
    assert.deepEqual(open(connection.settings), settings)
    assert.deepEqual(secretsIn(connection.settings), type === 'saml' ? [] : [secret])
    assertOpens(connection)
    for (const text of told) assert.ok(!text.includes(secret), text)
  })

test('what an export never holds is asked for by name, and nothing half comes over', () => {
  const bare = (strategy: string, name = strategy) => planned([{ name, strategy, options: {} }])
  const asked: Readonly<Record<string, RegExp>> = {
    linkedin:
      /^needs: connection linkedin: its client ID and client secret are not in the export.*give CONNECTION_LINKEDIN_CLIENT_ID, CONNECTIONS_LINKEDIN_SECRET in/,
    apple:
      /its client ID and private key \(the \.p8 file\) and team id and key id are not in.*CONNECTION_APPLE_TEAM_ID, CONNECTION_APPLE_KEY_ID/,
    'google-apps': /and domain are not in the export.*CONNECTION_GOOGLE_APPS_DOMAIN/,
    waad: /and tenant’s id are not in the export.*CONNECTION_WAAD_TENANT_ID/,
    samlp:
      /entity id of the identity provider and address to sign in at and certificate are not.*CONNECTION_SAMLP_ISSUER, CONNECTION_SAMLP_SIGN_IN_URL/,
    ad: /address of a server \(ldaps:.*CONNECTION_AD_URL, CONNECTION_AD_BIND_DN, CONNECTION_AD_BIND_PASSWORD, CONNECTION_AD_BASE/,
    oauth2: /place of the id in that profile.*CONNECTION_OAUTH2_PROFILE_URL, CONNECTION_OAUTH2_SUBJECT/,
    oidc: /and issuer are not in the export.*CONNECTION_OIDC_ISSUER/,
  }
  for (const [strategy, text] of Object.entries(asked)) {
    const { connections, told } = bare(strategy)
    assert.deepEqual(connections, [], strategy)
    assert.match(told[0] ?? '', text)
  }
  for (const strategy of ['sms', 'email', 'adfs', 'toString', '__proto__', 'constructor'])
    assert.match(bare(strategy, 'x').told.join(), new RegExp(`^left: connection x: ${strategy} is not supported yet`))
})

test('a masked secret is not taken for one, and one secret is not told to two providers', () => {
  const oidc = (name: string, client_secret: string) => ({
    name,
    strategy: 'oidc',
    options: { client_id: name, client_secret, issuer: `https://${name}.example` },
  })
  const mask = '##CONNECTIONS_OIDC_SECRET##'
  const one = planned([oidc('a', mask)], { values: { CONNECTIONS_OIDC_SECRET: SECRET } })
  assert.deepEqual(secretsIn(one.connections), [SECRET])
  const two = planned([oidc('a', mask), oidc('b', mask)], { values: { CONNECTIONS_OIDC_SECRET: SECRET } })
  assert.deepEqual(two.connections, [])
  assert.match(two.told.join('\n'), /connection a: .*give CONNECTION_A_SECRET[\s\S]*connection b: .*give CONNECTION_B_SECRET/)
  const each = planned([oidc('a', mask), oidc('b', mask)], { values: { CONNECTION_A_SECRET: 'of a', CONNECTION_B_SECRET: 'of b' } })
  assert.deepEqual(secretsIn(each.connections), ['of a', 'of b'])
  const named = planned([oidc('a', '@@MINE@@'), oidc('b', mask)], { values: { MINE: 'of a' } })
  assert.deepEqual(secretsIn(named.connections), ['of a'])
})

test('domains lead here as they did there; what is no domain is told', () => {
  const options = {
    ...CLIENT,
    issuer: 'https://p.example',
    tenant_domain: 'P.example',
    domain_aliases: ['bücher.example', 'p.example', 'no domain', 7],
  }
  const { connections, told } = planned([{ name: 'p', strategy: 'oidc', options }])
  assert.deepEqual(connections[0]?.homeRealms, ['p.example', 'xn--bcher-kva.example'])
  assert.match(told.join('\n'), /needs: connection p: no domain in domain_aliases is no domain/)
  const many = Array.from({ length: 1_003 }, (_, n) => `d${n}.example`)
  const crowded = planned([{ name: 'p', strategy: 'oidc', options: { ...options, tenant_domain: undefined, domain_aliases: many } }])
  assert.equal(crowded.connections[0]?.homeRealms.length, 1_000)
  assert.match(crowded.told.join('\n'), /more than 1,000 domains; the last 3 are left out/)
  const guid = planned([{ name: 'w', strategy: 'waad', options: { ...CLIENT, tenant_domain: TENANT } }])
  assert.deepEqual([guid.connections[0]?.homeRealms, guid.connections[0]?.settings['tenant']], [[], TENANT])
})

test('where people come back to is told: an address of its own, or the one Auth0 had', () => {
  const exported = { name: 'linkedin', strategy: 'linkedin', options: CLIENT }
  const own = planned([exported])
  assert.equal(own.connections[0]?.legacyCallback, undefined)
  assert.match(
    own.told.join(),
    /needs: connection linkedin: register https:\/\/id\.contoso\.example\/login\/callback\/linkedin as a redirect URI/,
  )
  const kept = planned([exported], { keepsCallback: true })
  assert.equal(kept.connections[0]?.legacyCallback, true)
  assert.match(
    kept.told.join(),
    /note: connection linkedin: .*https:\/\/id\.contoso\.example\/login\/callback, which must be registered there/,
  )
})

test('a SAML connection keeps the address with its name, and what it was called', () => {
  const exported = { name: 's', strategy: 'samlp', options: { signInEndpoint: 'https://idp.example/sso', cert: certificate } }
  const kept = planned([exported], { keepsCallback: true, values: { CONNECTION_S_ISSUER: 'urn:idp' } })
  assert.equal(kept.connections[0]?.legacyCallback, 'named')
  assert.match(kept.told.join('\n'), /note: .*taken at https:\/\/id\.contoso\.example\/login\/callback\?connection=s, as Auth0/)
  assert.match(kept.told.join('\n'), /needs: .*urn:auth0:TENANT:s as a rule, into `entityId`/)
  assert.doesNotMatch(kept.told.join('\n'), /give the identity provider’s administrator/)
  const called = { ...exported, options: { ...exported.options, entityId: 'urn:auth0:contoso:s' } }
  const named = planned([called], { keepsCallback: true, values: { CONNECTION_S_ISSUER: 'urn:idp' } })
  assert.doesNotMatch(named.told.join('\n'), /into `entityId`/)
  const moved = planned([exported], { values: { CONNECTION_S_ISSUER: 'urn:idp' } })
  assert.equal(moved.connections[0]?.legacyCallback, undefined)
})

test('what would make somebody a new person, or let more people in, is said', () => {
  const told = (name: string) => planned([kinds[name]?.exported ?? {}], kinds[name]).told.join('\n')
  assert.match(told('windowslive'), /known by `sub`.*somebody new at the next sign-in/)
  assert.match(told('google-apps'), /known by Google’s own ids here, not by their addresses/)
  assert.match(told('waad'), /known by `sub`/)
  assert.match(told('waad for all'), /anybody of any organization at Microsoft passes through it; name the tenants/)
  assert.doesNotMatch(told('github'), /somebody new/)
})

test('of SAML, keys and sign-ins that cannot come over are told, and certificates read as Auth0 writes them', () => {
  const inside = certificate.replace(/-----[A-Z ]+-----|\s/g, '')
  const options = {
    signInEndpoint: 'https://idp.example/sso',
    cert: inside,
    signSAMLRequest: true,
    decryptionKey: {},
    idpinitiated: { enabled: true },
  }
  const { connections, told } = planned([{ name: 's', strategy: 'samlp', options }], { values: { CONNECTION_S_ISSUER: 'urn:idp' } })
  const [connection] = connections
  assert.ok(connection)
  assertOpens(connection)
  const all = told.join('\n')
  for (const text of [
    /give another in `signing`/,
    /a key of your own in `decryption`/,
    /left: .*begin at the identity provider are not taken/,
  ])
    assert.match(all, text)
  assert.match(all, /give the identity provider’s administrator https:\/\/id\.contoso\.example\/samlp\/metadata\?connection=s/)
  const two = '<x><EntityDescriptor entityID="urn:a"/><EntityDescriptor entityID="urn:b"/></x>'
  const unclear = planned([{ name: 's', strategy: 'samlp', options: { ...options, metadataXml: two } }])
  assert.match(unclear.told.join(), /its entity id of the identity provider is not in the export/)
  const mapped = { ...options, fieldsMap: { user_id: ['a', 'b'], groups: 'g', email: 'mail' } }
  assert.match(
    planned([{ name: 's', strategy: 'samlp', options: mapped }], { values: { CONNECTION_S_ISSUER: 'urn:idp' } }).told.join('\n'),
    /fieldsMap of groups does not come over[\s\S]*several attributes for user_id; a is taken/,
  )
})

test('what an export calls things is told without what a terminal would obey', () => {
  const options = { ...CLIENT, issuer: 'https://p.example', domain_aliases: ['\u001b]0;owned\u0007.example', 'a\u202eb .example'] }
  const { told } = planned([{ name: 'p', strategy: 'oidc', options }])
  assert.match(told.join('\n'), /in domain_aliases is no domain/)
  assert.doesNotMatch(told.join(''), /[\p{Cc}\p{Cf}]/u)
})

test('what an administrator says of a connection outweighs its export', () => {
  const old = { client_id: 'old', client_secret: 'old' }
  const values = { CONNECTION_LINKEDIN_SECRET: SECRET, CONNECTION_LINKEDIN_CLIENT_ID: 'new', CONNECTIONS_GITHUB_SECRET: 'of all' }
  const { connections } = planned(
    [
      { name: 'linkedin', strategy: 'linkedin', options: old },
      { name: 'github', strategy: 'github', options: old },
    ],
    { values },
  )
  const [linkedin, github] = connections
  assert.equal(linkedin?.settings['clientId'], 'new')
  assert.deepEqual(secretsIn(linkedin?.settings), [SECRET])
  assert.deepEqual(secretsIn(github?.settings), ['old'], 'what is common stands in for what is masked')
})
