import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protocolConformance, type Question } from '../../../test/conformance/protocol.ts'
import {
  ANNA,
  LOGIN_SRF,
  microsoft365,
  orderOf,
  postTo,
  PUBLIC_URL,
  REALM,
  seeded,
  settingsWith,
  sharedKeys,
  visitTo,
} from '../../../test/support/wsfed-samples.ts'
import { saml11 } from '#tokens/saml11.ts'
import { wsfed } from './wsfed.ts'

const protocol = async () => wsfed({ publicUrl: PUBLIC_URL, certificates: await sharedKeys(), randomness: seeded('wsfed') })
const settings = settingsWith(microsoft365)
const parse = async (address: string, known = settings) => (await protocol()).parse(visitTo(address), known)
const token = async () => saml11({ keys: await sharedKeys(), randomness: seeded('wsfed') }).issue(orderOf())

const messageOf = ({ realm, replyUrl, context, username, fresh }: Question): URLSearchParams =>
  new URLSearchParams({
    wa: 'wsignin1.0',
    wtrealm: realm,
    ...(replyUrl !== undefined && { wreply: replyUrl }),
    ...(context !== undefined && { wctx: context }),
    ...(username !== undefined && { username }),
    ...(fresh && { wfresh: '0' }),
  })

const underTest = {
  protocol,
  relyingParty: microsoft365,
  read: (fields: Readonly<Record<string, string>>) => ({
    context: fields.wctx,
    token: /<saml:Assertion .*<\/saml:Assertion>/.exec(fields.wresult ?? '')?.[0] ?? '',
  }),
  token,
}
protocolConformance({
  ...underTest,
  name: 'wsfed by GET',
  ask: (question) => visitTo(`/wsfed/${question.clientId}?${messageOf(question)}`),
})
protocolConformance({
  ...underTest,
  name: 'wsfed by POST',
  ask: (question) => postTo(`/wsfed/${question.clientId}`, messageOf(question).toString()),
})

test('the answer has three fields, and an empty context when there was none', async () => {
  const arrival = await parse(`/wsfed/m365?wa=wsignin1.0&wtrealm=${REALM}`)
  assert.equal(arrival.kind, 'sign-in')
  if (arrival.kind !== 'sign-in') return
  const answer = (await protocol()).respond(arrival.request, await token(), microsoft365)
  assert.equal(answer.kind, 'post-form')
  if (answer.kind !== 'post-form') return
  assert.deepEqual(Object.keys(answer.fields), ['wa', 'wresult', 'wctx'])
  assert.equal(answer.fields.wa, 'wsignin1.0')
  assert.equal(answer.fields.wctx, '')
  assert.equal(answer.action, LOGIN_SRF)
})

test('what is asked for has to be said, and known', async () => {
  await assert.rejects(parse(`/wsfed/m365?wtrealm=${REALM}`), { code: 'request_malformed' })
  for (const wa of ['wsignin1.1', 'WSIGNIN1.0', 'wattr1.0', 'wpseudo1.0', 'wsignin1.0 '])
    await assert.rejects(parse(`/wsfed/m365?wa=${wa}&wtrealm=${REALM}`), { code: 'parameter_refused' }, wa)
})

test('a sign-out ends the session and returns to a known address only', async () => {
  const out = `/wsfed/m365?wa=wsignout1.0`
  assert.deepEqual(await parse(out), { kind: 'sign-out', quiet: false, relyingParty: microsoft365 })
  for (const known of [LOGIN_SRF, microsoft365.signOutUrl ?? ''])
    assert.deepEqual(await parse(`${out}&wreply=${encodeURIComponent(known)}`), {
      kind: 'sign-out',
      quiet: false,
      relyingParty: microsoft365,
      replyUrl: known,
    })
  for (const foreign of ['https://evil.example/', `${LOGIN_SRF}/`, 'javascript:alert(1)', '//evil.example'])
    assert.deepEqual(
      await parse(`${out}&wreply=${encodeURIComponent(foreign)}`),
      { kind: 'sign-out', quiet: false, relyingParty: microsoft365 },
      foreign,
    )
})

test('a sign-out that names nobody still ends the session', async () => {
  assert.deepEqual(await parse('/wsfed?wa=wsignout1.0'), { kind: 'sign-out', quiet: false })
  assert.deepEqual(await parse(`/wsfed?wa=wsignout1.0&wtrealm=${REALM}`), { kind: 'sign-out', quiet: false, relyingParty: microsoft365 })
  assert.deepEqual(await parse(`/wsfed?wa=wsignout1.0&wreply=${encodeURIComponent(LOGIN_SRF)}`), { kind: 'sign-out', quiet: false })
})

test('a clean-up is quiet and leads nowhere', async () => {
  for (const wreply of ['', `&wreply=${encodeURIComponent(LOGIN_SRF)}`, '&wreply=https://evil.example/']) {
    const arrival = await parse(`/wsfed/m365?wa=wsignoutcleanup1.0${wreply}`)
    assert.equal(arrival.kind, 'sign-out')
    if (arrival.kind !== 'sign-out') continue
    assert.equal(arrival.quiet, true)
    assert.equal(arrival.replyUrl, undefined)
  }
})

test('metadata is served for a client id and without one', async () => {
  const path = 'FederationMetadata/2007-06/FederationMetadata.xml'
  for (const [address, passive] of [
    [`/wsfed/m365/${path}`, 'https://id.fabrikam.com/wsfed/m365'],
    [`/wsfed/${path}`, 'https://id.fabrikam.com/wsfed'],
  ] as const) {
    const arrival = await parse(address)
    assert.equal(arrival.kind, 'answered')
    if (arrival.kind !== 'answered' || arrival.answer.kind !== 'document') return assert.fail()
    assert.equal(arrival.answer.type, 'application/samlmetadata+xml')
    assert.equal(arrival.answer.status, 200)
    assert.ok(
      arrival.answer.body.includes(`<wsa:Address xmlns:wsa="http://www.w3.org/2005/08/addressing">${passive}</wsa:Address>`) ||
        arrival.answer.body.includes(`>${passive}</wsa:Address>`),
    )
    for (const certificate of (await sharedKeys()).published()) assert.ok(arrival.answer.body.includes(certificate))
  }
  await assert.rejects(parse(`/wsfed/nobody/${path}`), { code: 'relying_party_unknown' })
})

test('metadata comes from settings alone, never from how it was asked for', async () => {
  const path = '/wsfed/m365/FederationMetadata/2007-06/FederationMetadata.xml'
  const usual = await parse(path)
  const visit = visitTo(`http://evil.example${path}?wreply=https://evil.example/`, { header: () => 'evil.example', ip: '203.0.113.9' })
  assert.deepEqual(await (await protocol()).parse(visit, settings), usual)
})

test('somebody who signed in here is taken into the relying party by its own address', async () => {
  const answer = (await protocol()).start(microsoft365, ANNA, undefined)
  assert.deepEqual(answer, {
    kind: 'redirect',
    location: `${LOGIN_SRF}?wa=wsignin1.0&whr=guests.fabrikam.com&login_hint=anna.karlsson%40guests.fabrikam.com`,
  })
})
