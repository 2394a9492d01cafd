import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { Profile } from '#kernel/person.ts'
import type { Visit } from '#kernel/visit.ts'
import { visitAt } from '../../../test/conformance/connection.ts'
import { fakeKerberos, NTLM_TOKEN, ticketFor } from '../../../test/support/fake-kerberos.ts'
import { type PrincipalDirectory, windowsSignIn } from './windows.ts'
import { windowsSetting } from './windows-settings.ts'

const AT = Date.parse('2026-03-02T09:00:00Z')
const REALM = 'AD.USHER.TEST'
const PROXY = '10.0.0.5'

const ALICE: Profile = {
  issuer: 'connection-1',
  subject: '33221100-5544-7766-8899-aabbccddeeff',
  names: { given: 'Alice' },
  emailVerified: false,
  attributes: {},
  authentication: { at: 0, method: 'password' },
}

const kerberosSettings = { via: 'kerberos', networks: ['192.0.2.0/24'], service: 'HTTP@usher.test' }
const headerSettings = { via: 'header', networks: ['192.0.2.0/24'], proxies: [PROXY] }

const stage = (settings: unknown, find: PrincipalDirectory['find'] = async () => ALICE) => {
  const lines: { readonly event: string; readonly fields: unknown }[] = []
  const line = (event: string, fields?: unknown) => void lines.push({ event, fields })
  const asked: string[] = []
  const kerberos = fakeKerberos()
  const windows = windowsSignIn(windowsSetting.parse(settings), {
    connection: 'acme',
    realm: REALM,
    kerberos,
    log: { info: line, warn: line, error: line },
    directory: {
      find: (principal, at) => {
        asked.push(principal)
        return find(principal, at)
      },
    },
  })
  return { windows, lines, asked, kerberos }
}

const visitWith = (headers: Readonly<Record<string, string>>, more: Partial<Visit> = {}): Visit => ({
  ...visitAt(new URL('https://usher.test/sign-in/t/windows'), AT),
  header: (name) => headers[name.toLowerCase()],
  ...more,
})

const showing = (token: string) => visitWith({ authorization: `Negotiate ${token}` })
const saying = (value: string, more: Partial<Visit> = {}) => visitWith({ 'x-remote-user': value }, { peer: PROXY, ...more })

test('it is for those who come from the listed networks', () => {
  const { windows } = stage(kerberosSettings)
  assert.ok(windows.appliesTo(visitWith({})))
  assert.ok(windows.appliesTo(visitWith({}, { ip: '::ffff:192.0.2.9' })))
  for (const ip of ['192.0.3.1', '2001:db8::1', '', 'unknown']) assert.ok(!windows.appliesTo(visitWith({}, { ip })), ip)
})

test('a ticket is the person of the directory, now, and by no second factor', async () => {
  const { windows, asked, kerberos } = stage(kerberosSettings)
  assert.deepEqual(await windows.verify(showing(ticketFor('alice@AD.USHER.TEST'))), {
    ...ALICE,
    authentication: { at: AT, method: 'windows' },
  })
  assert.deepEqual(asked, ['alice@AD.USHER.TEST'])
  assert.deepEqual(kerberos.services, ['HTTP@usher.test'])
})

test('the package is loaded with the first ticket, once', async () => {
  const { windows, kerberos } = stage(kerberosSettings)
  assert.equal(await windows.verify(visitWith({})), 'challenge')
  assert.equal(kerberos.loads(), 0)
  await windows.verify(showing(ticketFor('alice@AD.USHER.TEST')))
  await windows.verify(showing(ticketFor('alice@AD.USHER.TEST')))
  assert.equal(kerberos.loads(), 1)
})

test('a browser that says nothing, or something else, is asked', async () => {
  const { windows, lines } = stage(kerberosSettings)
  assert.equal(await windows.verify(visitWith({})), 'challenge')
  for (const authorization of ['Basic YTpi', 'Bearer negotiate', 'Negotiated x'])
    assert.equal(await windows.verify(visitWith({ authorization })), 'challenge')
  assert.deepEqual(lines, [])
})

const TOKEN = ticketFor('alice@AD.USHER.TEST')

const BAD_TOKENS: Readonly<Record<string, string>> = {
  'nothing after the scheme': 'Negotiate',
  'blanks after the scheme': 'Negotiate    ',
  'no base64': 'Negotiate YII*',
  base64url: `Negotiate ${TOKEN.slice(0, 6)}-_`,
  'cut base64': `Negotiate ${TOKEN.slice(0, 7)}`,
  'two tokens': `Negotiate ${TOKEN}, Negotiate ${TOKEN}`,
  'a token and more': `Negotiate ${TOKEN} x`,
  'an endless one': `Negotiate ${'YAAA'.repeat(16_001)}`,
  NTLM: `Negotiate ${NTLM_TOKEN}`,
  'NTLM in what looks like SPNEGO': `Negotiate ${Buffer.concat([Buffer.from([0x60]), Buffer.from(NTLM_TOKEN, 'base64')]).toString('base64')}`,
  'what does not begin a context': `Negotiate ${Buffer.from([0xa1, 0x03, 0x30]).toString('base64')}`,
}

test('what cannot be a ticket never reaches the library', async () => {
  for (const [name, authorization] of Object.entries(BAD_TOKENS)) {
    const { windows, lines, asked, kerberos } = stage(kerberosSettings)
    assert.equal(await windows.verify(visitWith({ authorization })), undefined, name)
    assert.equal(kerberos.loads(), 0, name)
    assert.deepEqual(asked, [], name)
    assert.equal(lines[0]?.event, 'windows_refused', name)
    assert.ok(!JSON.stringify(lines).includes(TOKEN), name)
  }
})

test('a ticket that does not hold is nobody, and the log says why', async () => {
  const { windows, lines, asked } = stage(kerberosSettings)
  assert.equal(await windows.verify(showing(Buffer.from([0x60, 1, 2]).toString('base64'))), undefined)
  assert.deepEqual(asked, [])
  assert.match(JSON.stringify(lines[0]?.fields), /"connection":"acme","reason":"ticket"/)
})

const NOBODY = [
  'alice@OTHER.TEST',
  'alice@ad.usher.test',
  'alice@AD.USHER.TEST.',
  'alice',
  '@AD.USHER.TEST',
  'HTTP/usher.test@AD.USHER.TEST',
  'WELLKNOWN/ANONYMOUS@AD.USHER.TEST',
  'PC-7$@AD.USHER.TEST',
  'alice\\@elsewhere.test@AD.USHER.TEST',
  'alice@usher.test@AD.USHER.TEST',
  'alice\\0@AD.USHER.TEST',
  'alice bob@AD.USHER.TEST',
  ' alice@AD.USHER.TEST',
  'alice@AD.USHER.TEST\n',
  'ali\u200bce@AD.USHER.TEST',
  `${'a'.repeat(65)}@AD.USHER.TEST`,
  '',
]

test('a principal that is no person of the realm is not looked for', async () => {
  for (const principal of NOBODY) {
    const { windows, asked } = stage(kerberosSettings)
    assert.equal(await windows.verify(showing(ticketFor(principal))), undefined, principal)
    const proxied = stage(headerSettings)
    assert.equal(await proxied.windows.verify(saying(principal)), undefined, principal)
    assert.deepEqual([...asked, ...proxied.asked], [], principal)
  }
})

test('somebody the directory does not know is nobody', async () => {
  const { windows, lines } = stage(kerberosSettings, async () => undefined)
  assert.equal(await windows.verify(showing(TOKEN)), undefined)
  assert.deepEqual(lines, [{ event: 'windows_refused', fields: { connection: 'acme', reason: 'unknown' } }])
})

test('a directory that cannot tell is not taken for a no', async () => {
  const { windows } = stage(kerberosSettings, () => Promise.reject(new Error('away')))
  await assert.rejects(windows.verify(showing(TOKEN)), /away/)
})

test('a package that cannot be loaded lets nobody in', async () => {
  for (const loaded of [undefined, null, {}, { initializeServer: 'no' }]) {
    const { windows, kerberos, asked } = stage(kerberosSettings)
    kerberos.loadsInstead(loaded)
    assert.equal(await windows.verify(showing(TOKEN)), undefined)
    assert.deepEqual(asked, [])
  }
})

test('a flood of tickets is turned away rather than kept', async () => {
  const { windows, lines, kerberos } = stage(kerberosSettings)
  const open = kerberos.hold()
  const all = Array.from({ length: 80 }, () => windows.verify(showing(TOKEN)))
  open()
  const known = (await Promise.all(all)).filter((one) => one !== undefined)
  assert.equal(known.length, 66)
  assert.equal(kerberos.mostAtOnce(), 2)
  assert.equal(lines.filter(({ fields }) => inspect(fields).includes('too_many_requests')).length, 14)
})

test('a listed proxy is believed', async () => {
  const { windows, asked } = stage({ ...headerSettings, header: 'Remote-User' })
  for (const principal of ['alice@AD.USHER.TEST', 'USHERAD\\alice'])
    assert.ok(await windows.verify(visitWith({ 'remote-user': principal }, { peer: `::ffff:${PROXY}` })))
  assert.deepEqual(asked, ['alice@AD.USHER.TEST', 'USHERAD\\alice'])
})

test('nobody else is, whatever they say of where they come from', async () => {
  const { windows, asked } = stage(headerSettings)
  for (const peer of ['192.0.2.7', '10.0.0.6', '::1', '', `${PROXY}, 192.0.2.7`])
    assert.equal(await windows.verify(saying('alice@AD.USHER.TEST', { peer, ip: PROXY })), undefined, peer)
  const forwarded = visitWith({ 'x-remote-user': 'alice@AD.USHER.TEST', 'x-forwarded-for': PROXY, forwarded: `for=${PROXY}` })
  assert.equal(await windows.verify(forwarded), undefined)
  assert.deepEqual(asked, [])
})

test('of a proxy, one value of one header counts', async () => {
  const { windows, asked } = stage(headerSettings)
  const values = ['', 'alice@AD.USHER.TEST, mallory@AD.USHER.TEST', 'alice@AD.USHER.TEST,', `${'a'.repeat(400)}@AD.USHER.TEST`]
  for (const value of values) assert.equal(await windows.verify(saying(value)), undefined, value)
  for (const name of ['x_remote_user', 'x-remote_user', 'remote-user', 'authorization'])
    assert.equal(await windows.verify(visitWith({ [name]: 'alice@AD.USHER.TEST' }, { peer: PROXY })), undefined, name)
  assert.deepEqual(asked, [])
})

test('a proxy that says nothing does not make the browser ask', async () => {
  const { windows } = stage(headerSettings)
  assert.equal(await windows.verify(visitWith({}, { peer: PROXY })), undefined)
})

const WRONG = [
  {},
  { ...kerberosSettings, networks: [] },
  { ...kerberosSettings, networks: ['intranet'] },
  { ...kerberosSettings, service: undefined },
  { ...kerberosSettings, service: '' },
  { ...kerberosSettings, service: 'ldap@usher.test' },
  { ...kerberosSettings, service: 'HTTP@' },
  { ...kerberosSettings, header: 'x-remote-user' },
  { ...kerberosSettings, via: 'ntlm' },
  { ...headerSettings, proxies: undefined },
  { ...headerSettings, proxies: [] },
  { ...headerSettings, proxies: ['0.0.0.0/0'] },
  { ...headerSettings, proxies: ['10.0.0.0/8'] },
  { ...headerSettings, proxies: ['10.0.0.1', '::/0'] },
  ...['010.0.0.5', '10.1', '0x0a000005', '167772165', '10.1.0/24', '::ffff:10.0.0.0/120'].map((one) => ({
    ...headerSettings,
    proxies: [one],
  })),
  { ...headerSettings, header: 'authorization' },
  { ...headerSettings, header: 'cookie' },
  { ...headerSettings, header: 'x-forwarded-for' },
  { ...headerSettings, header: 'x-real-ip' },
  { ...headerSettings, header: 'x_remote_user' },
  { ...headerSettings, header: 'x-remote-user\n' },
]

test('settings that let in more than they say are refused', () => {
  for (const settings of WRONG) assert.ok(!windowsSetting.safeParse(settings).success, JSON.stringify(settings))
  for (const settings of [kerberosSettings, headerSettings]) assert.ok(windowsSetting.safeParse(settings).success)
})

test('the settings that the guide shows are accepted', () => {
  const guide = readFileSync(new URL('../../../docs/guides/windows-sign-in.md', import.meta.url), 'utf8')
  const shown = [...guide.matchAll(/```json windows\n([\s\S]*?)```/g)].map(([, json = '']) => json)
  assert.equal(shown.length, 2)
  for (const json of shown) assert.ok(windowsSetting.safeParse(JSON.parse(json)).success, json)
})
