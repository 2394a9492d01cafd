import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { UsherError } from '#kernel/errors.ts'
import type { Json, JsonObject } from '#kernel/json.ts'
import type { UserRecord } from '#kernel/person.ts'
import { connectionFingerprint } from '#lib/connection-fingerprint.ts'
import { userFor } from '#rules/facade/person.ts'
import { verdictOf } from '#rules/facade/verdict.ts'
import { wsfed } from '#protocols/wsfed/wsfed.ts'
import type { Parts } from '../../../src/sign-in/parts.ts'
import type { Occasion } from '../../../src/sign-in/step.ts'
import { issueToken } from '../../../src/sign-in/issue-token.ts'
import { decide } from '../../../src/sign-in/rule-decision.ts'
import { saml11 } from '#tokens/saml11.ts'
import { admitted, google, nadia } from '../../support/rule-samples.ts'
import { readAssertion } from '../../support/saml11-reader.ts'
import { isLong, seedsOf } from '../../support/seeds.ts'
import { AT, microsoft365, PUBLIC_URL, seeded, settingsWith, sharedKeys, subjectOf, visitTo } from '../../support/wsfed-samples.ts'

const OUTPUTS = isLong ? 5_000 : 500
const OWN = subjectOf('abcdefghijklmnopqrstuvwxy2', 'nadia.haas@guests.fabrikam.com')
const BOSS_ID = 'victim-0001'
const BOSS = 'boss@guests.fabrikam.com'
const identity = { connection: 'con_1', issuer: 'https://accounts.google.com', subject: '999' } as const
const theirs = { ...nadia.identities[0], identity, providerUserId: '999' }
const boss: UserRecord = { ...nadia, userId: 'user-2', publicId: 'google-oauth2|boss', identities: [theirs] }

const SPELLINGS = [
  ...['upn', 'UPN', 'Upn', 'userPrincipalName', 'UserPrincipalName', 'user_principal_name', 'inmutableid', 'immutableid', 'immutableId'],
  ...[
    'ImmutableID',
    'IMMUTABLEID',
    'onPremisesImmutableId',
    'immutable_id',
    'nameid',
    'nameID',
    'NameID',
    'name_id',
    'nameIdentifier',
    'sub',
  ],
  ...[
    'subject',
    'user_id',
    'userId',
    'id',
    'mail',
    'email',
    'name',
    'primaryUser',
    'directory',
    'account',
    'standing',
    'nameIdentifierFormat',
  ],
]
const NAMESPACES = [
  ...[
    'http://schemas.xmlsoap.org/claims/',
    'http://schemas.xmlsoap.org/claims//',
    'HTTP://SCHEMAS.XMLSOAP.ORG/CLAIMS/',
    'urn:x/',
    'https://x/',
  ],
  ...['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/', 'http://schemas.microsoft.com/LiveID/Federation/2008/05/', ''],
  ...['http://schemas.microsoft.com/liveid/federation/2008/05/', ' http://schemas.xmlsoap.org/claims/', 'http://schemas.auth0.com/'],
]
const claimName = fc
  .tuple(
    fc.constantFrom(...NAMESPACES),
    fc.constantFrom(...SPELLINGS),
    fc.constantFrom('', '', '', '/', ' ', '.', '_', '-', '\u200b', '%20', '#', '\t'),
  )
  .map((parts) => parts.join(''))
const foreign = fc.constantFrom(BOSS_ID, BOSS, BOSS.toUpperCase(), ` ${BOSS_ID}`, `${BOSS}\u0000`, Buffer.from(BOSS_ID).toString('base64'))
const odd: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: foreign },
  foreign.map((value) => [value]),
  foreign.map((value) => ({ value, toString: value })),
  fc.constantFrom<Json>(null, 1, true, '', OWN.userPrincipalName, OWN.immutableId, OWN.userPrincipalName.toUpperCase()),
)
const named = fc.dictionary(fc.oneof(fc.constantFrom(...SPELLINGS), claimName), odd, { maxKeys: 3 })
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2, nil: undefined })

const path = fc.oneof(
  fc.constantFrom(...SPELLINGS),
  fc.constantFrom('app_metadata.upn', 'user_metadata.immutableId', 'app_metadata', 'identities.0.user_id'),
)
const attempt = fc.record({
  root: fc.option(named, { freq: 1, nil: undefined }),
  metadata: rarely(named),
  mappings: rarely(fc.dictionary(claimName, path, { maxKeys: 4 })),
  attributes: rarely(fc.dictionary(claimName, odd, { maxKeys: 4 })),
  wishes: fc.record(
    {
      nameIdentifierProbes: fc.array(fc.oneof(claimName, path), { maxLength: 4 }),
      passthroughClaimsWithNoMapping: fc.boolean(),
      mapUnknownClaimsAsIs: fc.boolean(),
      mapIdentities: fc.boolean(),
      issuer: foreign,
      subject: odd,
      nameIdentifierFormat: fc.constantFrom('urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', BOSS),
    },
    { requiredKeys: [] },
  ),
  primary: rarely(fc.constantFrom(boss.publicId, boss.userId, nadia.publicId, `${boss.publicId} `, nadia.userId)),
  stored: rarely(named),
})
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never

/** What an earlier rule wrote with the Management API is merged into the user before the next one sees it. */
const recordWith = (stored: JsonObject | undefined): UserRecord => ({ ...nadia, appMetadata: stored ?? {}, userMetadata: stored ?? {} })

const outcomeOf = ({ root, metadata, mappings, attributes, wishes, primary }: Attempt, record: UserRecord) => {
  const before = userFor({ record, relyingParty: microsoft365 })
  const { issuer, ...rest } = wishes
  const user: JsonObject = {
    ...before,
    ...root,
    ...(metadata && { app_metadata: metadata, user_metadata: metadata, identities: [metadata] }),
  }
  const context: JsonObject = {
    samlConfiguration: { ...rest, ...(issuer && primary && { issuer }), ...(mappings && { mappings }), ...(attributes && { attributes }) },
    ...(primary !== undefined && { primaryUser: primary }),
    ...(root && { idToken: root, accessToken: root, user: root, subject: root }),
  }
  return { kind: 'passed', ...verdictOf({ before, user, context }, ['rul_1']) } as const
}

const mismatch = () => Promise.reject(new UsherError('subject_mismatch'))
const isOwnName = (name: string | undefined) => name === undefined || name.toLowerCase() === OWN.userPrincipalName
const isOwnId = (id: string | undefined) => id === undefined || id === OWN.immutableId

/** As much of a sign-in as decides whom its token is about; whatever else is asked for is not there, and fails. */
const occasionOf = async (tried: Attempt): Promise<Occasion> => {
  const record = recordWith(tried.stored)
  // What a decision and a token need of it; the rest is not there.
  const parts: Parts = Object.assign(Object.create(null), {
    books: {
      records: { find: async () => record, byPublicId: async (id: string) => [record, boss].find(({ publicId }) => publicId === id) },
      people: {
        standing: async (id: string) => ({ user: { ...admitted.user, id } }),
        isTheirs: async () => true,
        isOver: async () => false,
      },
      subjects: {
        settle: async ({ named: said }: Parameters<Parts['books']['subjects']['settle']>[0]) =>
          isOwnName(said.userPrincipalName) && isOwnId(said.immutableId) ? OWN : mismatch(),
      },
      ledger: { issued: async () => true },
    },
    ruleRunner: { run: async () => outcomeOf(tried, record) },
    // It opens; nobody is sent there.
    connection: () => ({ kind: 'password', verify: async () => undefined }),
    protocols: new Map([['wsfed', wsfed({ publicUrl: PUBLIC_URL, certificates: await sharedKeys(), randomness: seeded('wsfed') })]]),
    formats: new Map([['saml11', saml11({ keys: await sharedKeys(), randomness: seeded('subjects') })]]),
    publicUrl: PUBLIC_URL,
    clock: { now: () => AT },
    randomness: seeded('subjects'),
    clockSkewMs: () => 0,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  const relyingParty = { ...microsoft365, connections: [google.name] }
  const tested = [{ connection: google.name, fingerprint: connectionFingerprint(google), at: AT, by: 'a test' }]
  return { visit: visitTo('/'), settings: { ...settingsWith(relyingParty), connections: [google], tested }, relyingParty, parts }
}

const tokenOf = async (tried: Attempt): Promise<string | undefined> => {
  const occasion = await occasionOf(tried)
  try {
    const decision = await decide(admitted, occasion)
    if (decision.kind !== 'ruled') return undefined
    assert.equal(decision.transaction.user.id, nadia.userId, 'the sign-in is still hers')
    const outcome = await issueToken({ ...decision.transaction, stage: 'provisioned', subject: OWN }, occasion, false)
    return outcome.kind === 'end' ? JSON.stringify(outcome.answer) : undefined
  } catch (error) {
    // Whatever it is called: nobody is let in.
    if (error instanceof UsherError && error.code !== 'internal_error') return undefined
    throw error
  }
}

const SUBJECT_NAMES = /^(?:upn|userprincipalname|immutableid|nameid|nameidentifier)$/

const assertOwn = (answer: string, what: string): void => {
  const { wresult } = /"wresult":"(?<wresult>(?:[^"\\]|\\.)*)"/.exec(answer)?.groups ?? {}
  assert.ok(wresult, answer.slice(0, 300))
  const { nameIdentifiers, attributes, issuer } = readAssertion(JSON.parse(`"${wresult}"`))
  assert.equal(nameIdentifiers.length, 2)
  for (const one of nameIdentifiers) assert.ok([OWN.immutableId, OWN.userPrincipalName].includes(one), what)
  assert.equal(new Set(nameIdentifiers).size, 1)
  const said = attributes.filter(([name]) => SUBJECT_NAMES.test((name.split(/[ /]/).at(-1) ?? '').toLowerCase().replace(/[^a-z]/g, '')))
  assert.deepEqual(
    said.map(([name, values]) => [name, values]),
    [
      ['http://schemas.xmlsoap.org/claims UPN', [OWN.userPrincipalName]],
      ['http://schemas.microsoft.com/LiveID/Federation/2008/05 ImmutableID', [OWN.immutableId]],
    ],
    what,
  )
  assert.equal(issuer, microsoft365.domains['guests.fabrikam.com']?.issuer)
}

for (const seed of seedsOf(1, 1))
  test(`of ${OUTPUTS} outputs that say who somebody is, none makes a token about anybody else (seed ${seed})`, async (t) => {
    let tokens = 0
    for (const tried of fc.sample(attempt, { seed, numRuns: OUTPUTS })) {
      const answer = await tokenOf(tried)
      if (answer === undefined) continue
      tokens += 1
      assertOwn(answer, `seed ${seed}: ${JSON.stringify(tried)}`)
    }
    t.diagnostic(`count ${OUTPUTS} outputs naming subjects, ${tokens} tokens, 0 foreign subjects, seed ${seed}`)
    assert.ok(tokens > OUTPUTS / 10 && tokens < OUTPUTS, `${tokens} tokens`)
  })
