import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeHttp } from './fake-sign-in.ts'
import { lintHeaders } from './header-lint.ts'

const ADDRESS = 'https://id.fabrikam.example/login'

const good = async (): Promise<Headers> => {
  const { server } = fakeHttp(() => ({ kind: 'page', status: 200, page: { name: 'chooser', service: 's', choices: [] } }))
  const answer = await server.app.inject({ method: 'GET', url: '/login', headers: { host: 'id.fabrikam.example' } })
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) for (const one of [value].flat()) headers.append(name, String(one))
  return headers
}

const policyWith = (from: string, to: string) => (headers: Headers) =>
  headers.set('content-security-policy', (headers.get('content-security-policy') ?? '').replace(from, to))

const cookie = (text: string) => (headers: Headers) => headers.append('set-cookie', text)

/** What must not go unnoticed. */
const faults: Readonly<Record<string, (headers: Headers) => void>> = {
  'no nosniff': (headers) => headers.delete('x-content-type-options'),
  'a window cut off from who opened it': (headers) => headers.set('cross-origin-opener-policy', 'same-origin'),
  'others may embed': (headers) => headers.set('cross-origin-resource-policy', 'cross-origin'),
  'a referrer that leaks': (headers) => headers.set('referrer-policy', 'unsafe-url'),
  'no permissions policy': (headers) => headers.delete('permissions-policy'),
  'no transport security': (headers) => headers.delete('strict-transport-security'),
  'transport security for a minute': (headers) => headers.set('strict-transport-security', 'max-age=60'),
  'a name for itself': (headers) => headers.set('server', 'x'),
  'a door for all origins': (headers) => headers.set('access-control-allow-origin', '*'),
  'a page that is kept': (headers) => headers.set('cache-control', 'max-age=60'),
  'no policy at all': (headers) => headers.delete('content-security-policy'),
  'a default that lets things in': policyWith("default-src 'none'", "default-src 'self'"),
  'another base': policyWith("base-uri 'none'", "base-uri 'self'"),
  'a frame': policyWith("frame-ancestors 'none'", 'frame-ancestors https:'),
  'forms to anywhere': policyWith("form-action 'self'", 'form-action https:'),
  'forms to wherever': policyWith("form-action 'self'; ", ''),
  'inline styles': policyWith("style-src 'self'", "style-src 'unsafe-inline'"),
  'scripts from anywhere': policyWith("style-src 'self'", "style-src 'self'; script-src https://cdn.example/"),
  'no trusted types': policyWith("require-trusted-types-for 'script'", ''),
  'no charset': (headers) => headers.set('content-type', 'text/html'),
  'a cookie scripts can read': cookie('__Host-a=b; Path=/; Secure; SameSite=Lax'),
  'a cookie without SameSite': cookie('__Host-a=b; Path=/; Secure; HttpOnly'),
  'a cookie for a part of the site': cookie('__Host-a=b; Path=/x; Secure; HttpOnly; SameSite=Lax'),
  'a cookie for siblings': cookie('__Host-a=b; Path=/; Domain=fabrikam.example; Secure; HttpOnly; SameSite=Lax'),
  'a cookie without its prefix': cookie('a=b; Path=/; Secure; HttpOnly; SameSite=Lax'),
  'a cookie in the clear': cookie('__Host-a=b; Path=/; HttpOnly; SameSite=Lax'),
  'a session for everybody': cookie('__Host-usher_session=b; Path=/; Secure; HttpOnly; SameSite=None'),
  'a cookie that is too long': cookie(`__Host-a=${'b'.repeat(5_000)}; Path=/; Secure; HttpOnly; SameSite=Lax`),
  'a location without a redirect': (headers) => headers.set('location', '/x'),
}

for (const [what, spoil] of Object.entries(faults))
  test(`the linter sees ${what}`, async () => {
    const headers = await good()
    assert.deepEqual(lintHeaders({ url: ADDRESS, status: 200, headers }), [])
    spoil(headers)
    assert.notDeepEqual(lintHeaders({ url: ADDRESS, status: 200, headers }), [])
  })

test('the linter sees redirects that go wrong', async () => {
  const headers = await good()
  const findings = (status: number, location?: string) => {
    if (location === undefined) headers.delete('location')
    else headers.set('location', location)
    return lintHeaders({ url: ADDRESS, status, headers })
  }
  assert.deepEqual(findings(303, '/sign-in/t/next'), [])
  for (const [status, location] of [
    [302, undefined],
    [303, 'https://evil.example/'],
    [307, '/x'],
    [308, '/x'],
  ] as const)
    assert.notDeepEqual(findings(status, location), [], `${status} ${location}`)
})
