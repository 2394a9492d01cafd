import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RelyingParty } from '#kernel/settings.ts'
import type { Visit } from '#kernel/visit.ts'
import { namedLinkRequest, open, smartLinkRequest } from './open.ts'

const parts = { randomness: { bytes: (length: number) => Buffer.alloc(length, 7) } }

const relyingParty: RelyingParty = {
  clientId: 'm365',
  name: 'Microsoft 365',
  protocol: 'wsfed',
  realm: 'urn:federation:MicrosoftOnline',
  replyUrls: ['https://login.example/login.srf'],
  format: 'saml11',
  lifetimeSeconds: 300,
  sessionMaxAgeSeconds: 3_600,
  target: 'tenant',
  connections: ['google'],
  admission: { policy: 'everyone' },
  domains: {},
  signInUrl: 'https://login.example/login.srf',
  links: { portal: {}, plan: { deepLink: 'https://files.example/plan' } },
  deepLinkPrefixes: ['https://files.example/sites'],
}

const visit = (path: string): Visit => ({
  method: 'GET',
  url: new URL(path, 'https://usher.example'),
  form: new URLSearchParams(),
  header: () => undefined,
  ip: '203.0.113.7',
  peer: '203.0.113.7',
  at: 1_000,
  browser: 'browser',
})

const code = (expected: string) => (error: unknown) => error instanceof Error && error.message === expected

test('a smart link is taken as Auth0 spelled it, empty values and a trailing & included', () => {
  const request = smartLinkRequest(visit('/login?client=m365&protocol=wsfed&state=&redirect_uri=&'), [relyingParty], parts)
  assert.equal(request.relyingParty, 'm365')
  assert.equal(request.replyUrl, 'https://login.example/login.srf')
  assert.deepEqual(request.onward, {})
  assert.match(request.correlation, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(open(request, visit('/'), parts).stage, 'opened')
})

test('a smart link of nobody, or in another protocol, is refused', () => {
  assert.throws(() => smartLinkRequest(visit('/login?client=other'), [relyingParty], parts), code('relying_party_unknown'))
  assert.throws(() => smartLinkRequest(visit('/login'), [relyingParty], parts), code('relying_party_unknown'))
  assert.throws(() => smartLinkRequest(visit('/login?client=m365&protocol=samlp'), [relyingParty], parts), code('request_malformed'))
})

test('a named link leads where its settings say, or below an allow-listed address', () => {
  const to = (name: string, query = '') => namedLinkRequest(name, visit(`/go/${name}${query}`), [relyingParty], parts).onward?.deepLink
  assert.equal(to('portal'), undefined)
  assert.equal(to('plan'), 'https://files.example/plan')
  assert.equal(to('portal', '?to=https://files.example/sites/a?b=c'), 'https://files.example/sites/a?b=c')
})

test('a link never leads elsewhere', () => {
  for (const bad of [
    'https://evil.example/sites',
    'https://files.example/sitesevil',
    'https://files.example/sites/../other',
    'https://files.example.evil.example/sites/',
    'https://files.example@evil.example/sites/',
    'https://user@files.example/sites/',
    'http://files.example/sites/',
    'https://files.example:8443/sites/',
    '//files.example/sites/',
    'javascript:alert(1)',
    'not an address',
  ])
    assert.throws(
      () => namedLinkRequest('portal', visit(`/go/portal?to=${encodeURIComponent(bad)}`), [relyingParty], parts),
      code('reply_url_refused'),
      bad,
    )
  for (const name of ['constructor', '__proto__', 'none'])
    assert.throws(() => namedLinkRequest(name, visit(`/go/${name}`), [relyingParty], parts), code('link_unknown'))
})
