import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { PasswordConnection } from '#connections/connection.ts'
import { ONE_HOUR_MS } from '#kernel/clock.ts'
import { Secret } from '#kernel/secret.ts'
import { AT, ldapTypeStage } from '../support/fake-ldap-stage.ts'
import { authority } from '../support/fake-ldap-certificates.ts'
import { listening } from '../support/listening.ts'
import { isLong, seedsOf } from '../support/seeds.ts'
import { SLAPD_BASE, SLAPD_SERVICE, slapdDn, startSlapd } from '../support/slapd.ts'

/** Everybody's password: whoever a name leads to comes in, so that a name that leads to somebody else is seen. */
const PASSWORD = 'the same for all'
/** People whose names are themselves syntax, and whom no other name may lead to. */
const NAMES = ['carol', 'para(n)*', 'a*b', 'back\\slash', 'com,ma', 'zero\\00', 'ünï', 'q"uote', '#hash', 'sp ace']
const people = [
  ...NAMES.map((uid) => ({ uid, password: PASSWORD })),
  {
    uid: 'erin',
    password: PASSWORD,
    more: [`pwdPolicySubentry: cn=expiring,ou=policies,${SLAPD_BASE}`, 'pwdChangedTime: 20200101000000Z'],
  },
]
const ours = authority()
const slapd = await startSlapd({ people, ca: ours.certificate, certified: ours.certify() })
after(async () => {
  await slapd.stop()
  ours.remove()
})

const settingsAt = (urls: readonly string[], more: object = {}) => ({
  kind: 'ldap',
  urls,
  startTls: urls.some((url) => url.startsWith('ldap:')),
  ca: ours.certificate,
  bindDn: SLAPD_SERVICE.dn,
  bindPassword: new Secret(SLAPD_SERVICE.password),
  base: SLAPD_BASE,
  ...more,
})

const open = (more: object = {}, urls: readonly string[] = [`ldaps://localhost:${slapd.tlsPort}`]) => {
  const stage = ldapTypeStage()
  return { ...stage, connection: stage.open(settingsAt(urls, more)) }
}

/** Somebody from a network of their own, an hour after the last one: how often people may try is another test's business. */
const from = (number: number) => ({
  ip: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
  at: AT + number * ONE_HOUR_MS,
})
const attempt = (username: string, password: string, number = 1) => ({ username, password, ...from(number) })

for (const url of [`ldaps://localhost:${slapd.tlsPort}`, `ldap://localhost:${slapd.port}`])
  test(`people of OpenLDAP come in by ${url.split(':')[0]}, whatever their names are made of`, async () => {
    const { connection } = open({}, [url])
    for (const uid of NAMES) {
      const profile = await connection.verify(attempt(uid, PASSWORD))
      assert.equal(profile?.attributes['uid'], uid)
      assert.match(profile?.subject ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    }
    assert.equal(await connection.verify(attempt('carol', 'not hers')), undefined)
    assert.equal(await connection.verify(attempt('nobody', 'not hers')), undefined)
    assert.equal(await connection.verify(attempt('carol', '')), undefined)
  })

const SYNTAX = [
  '*',
  '(',
  ')',
  '\\',
  '\0',
  '|',
  '&',
  '!',
  '=',
  '~',
  '<',
  '>',
  ':',
  '/',
  ',',
  '+',
  '"',
  '#',
  ';',
  ' ',
  '\\2a',
  '\\28',
  '\\00',
  ')(',
  '*)(uid=*',
  'uid',
  'objectClass',
  ':dn:',
  '2.5.13.2',
  'ü',
  '\u212a',
  'ﬀ',
  '\u0301',
]
const piece = fc.oneof(
  fc.constantFrom(...SYNTAX),
  fc.constantFrom(...NAMES),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({ maxLength: 6 }),
)
const names = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 8 }).map((all) => all.join('')),
  fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...SYNTAX)).map(([name, more]) => `${name}${more}`),
  fc.tuple(fc.constantFrom(...SYNTAX), fc.constantFrom(...NAMES)).map(([more, name]) => `${more}${name}`),
)

/** As the directory compares names (caseIgnoreMatch, RFC 4518): without case, blanks once, compositions whole. */
const compared = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Mn}]/gu, (one) => (/\p{Mn}/u.test(one) ? one : /[\t\n\v\f\r\u0085]/.test(one) ? ' ' : ''))
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim()

test('fuzzed user names lead to the one person who has that name, or to nobody', { timeout: 600_000 }, async (t) => {
  const [seed = 1] = seedsOf(0, 0).slice(-1)
  t.diagnostic(`USHER_TEST_SEED=${seed}`)
  const { connection, lines } = open()
  const wanted = fc.sample(names, { numRuns: isLong ? 5_000 : 500, seed })
  let found = 0
  for (const [number, username] of wanted.entries()) {
    const uid = await leadsTo(connection, username, number)
    if (uid === undefined) continue
    found += 1
    assert.equal(compared(uid), compared(username), JSON.stringify(username))
  }
  assert.deepEqual(lines, [], 'a name brought the directory down')
  t.diagnostic(`count ${wanted.length} fuzzed names, ${found} led to their own person, 0 to another`)
  assert.ok(found > 0, 'nobody was found at all: the check could not fail')
})

/** Who comes in under this name; the entry is the one of that name. */
const leadsTo = async (connection: PasswordConnection, username: string, number: number): Promise<string | undefined> => {
  const profile = await connection.verify(attempt(username, PASSWORD, number))
  if (!profile) return undefined
  const uid = String(profile.attributes['uid'])
  assert.equal(String(profile.attributes['dn']).toLowerCase(), written.get(uid))
  return uid
}

/** As slapd writes a name back. */
const written = new Map<string, string>()
for (const uid of NAMES) {
  const [own] = await slapd.asManager(async (client) => (await client.search(slapdDn(uid), { scope: 'base' })).searchEntries)
  written.set(uid, (own?.dn ?? '').toLowerCase())
}

test('a directory that refers elsewhere is not followed there', async () => {
  let visits = 0
  const elsewhere = createServer((socket) => {
    visits += 1
    socket.destroy()
  })
  const port = await listening(elsewhere)
  await slapd.asManager((client) =>
    client.add(`ou=elsewhere,ou=people,${SLAPD_BASE}`, {
      objectClass: ['referral', 'extensibleObject'],
      ou: 'elsewhere',
      ref: `ldap://127.0.0.1:${port}/ou=people,${SLAPD_BASE}`,
    }),
  )
  const { connection } = open()
  assert.ok(await connection.verify(attempt('carol', PASSWORD)), 'who is here is found all the same')
  assert.equal(await connection.verify(attempt('mallory', 'any')), undefined)
  assert.equal(visits, 0)
  elsewhere.close()
})

test('groups are named, one in another too', async () => {
  await slapd.asManager(async (client) => {
    const group = (name: string, member: string) =>
      client.add(`cn=${name},ou=groups,${SLAPD_BASE}`, { objectClass: 'groupOfNames', cn: name, member })
    await group('contractors', slapdDn('com,ma'))
    await group('staff', `cn=contractors,ou=groups,${SLAPD_BASE}`)
  })
  const groupsOf = async (groups: string) => {
    const profile = await open({ groups }).connection.verify(attempt('com,ma', PASSWORD))
    return [profile?.attributes['groups']].flat().sort()
  }
  assert.deepEqual(await groupsOf('none'), [])
  assert.deepEqual(await groupsOf('memberOf'), ['contractors'])
  assert.deepEqual(await groupsOf('nested'), ['contractors', 'staff'])
})

test('an expired password is said to whoever knew it; a locked account to nobody', async () => {
  const { connection } = open()
  await assert.rejects(connection.verify(attempt('erin', PASSWORD)), { code: 'password_expired' })
  assert.equal(await connection.verify(attempt('erin', 'not hers')), undefined)
  await slapd.asManager(async (client) => {
    const { Attribute, Change } = await import('ldapts')
    const modification = new Attribute({ type: 'pwdAccountLockedTime', values: ['000001010000Z'] })
    await client.modify(slapdDn('a*b'), new Change({ operation: 'replace', modification }))
  })
  assert.equal(await connection.verify(attempt('a*b', PASSWORD)), undefined)
  assert.equal(await connection.verify(attempt('a*b', 'not theirs')), undefined)
})

test('wrong guesses stop at Usher, so that the directory locks nobody', async () => {
  const { connection } = open()
  for (let guess = 0; guess < 30; guess += 1)
    await connection.verify({ ...attempt('sp ace', `guess ${guess}`, guess), at: AT }).catch(() => undefined)
  const [person] = await slapd.asManager(
    async (client) =>
      (await client.search(slapdDn('sp ace'), { scope: 'base', attributes: ['pwdFailureTime', 'pwdAccountLockedTime'] })).searchEntries,
  )
  assert.ok([person?.['pwdFailureTime']].flat().length <= 5)
  assert.deepEqual(person?.['pwdAccountLockedTime'], [])
})

test('the next server is asked when the first is not there', async () => {
  const { connection, lines } = open({}, [`ldaps://localhost:1`, `ldaps://localhost:${slapd.tlsPort}`])
  assert.ok(await connection.verify(attempt('carol', PASSWORD)))
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['directory_server_failed'],
  )
})
