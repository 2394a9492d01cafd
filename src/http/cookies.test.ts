import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieJar, hashOfCookie } from './cookies.ts'

const VALUE = 'A'.repeat(43)
const online = cookieJar(new URL('https://id.fabrikam.example'))
const local = cookieJar(new URL('http://usher.localhost:4100'))

test('cookies are bound to the host, kept from script and from plain connections', () => {
  assert.equal(online.startSession(VALUE), `__Host-usher_session=${VALUE}; Path=/; HttpOnly; Secure; SameSite=Lax`)
  assert.equal(online.markBrowser(VALUE), `__Host-usher_browser=${VALUE}; Path=/; HttpOnly; Secure; SameSite=None`)
})

test('on plain http there is no prefix, no Secure, and no SameSite=None without it', () => {
  for (const cookie of [local.startSession(VALUE), local.markBrowser(VALUE), local.endSession]) {
    assert.ok(!cookie.includes('__Host-') && !cookie.includes('Secure') && !cookie.includes('None'), cookie)
    assert.ok(cookie.includes('SameSite=Lax'))
  }
})

test('what a browser brings back is read', () => {
  const brought = online.read(`__Host-usher_session=${VALUE}; other=1; __Host-usher_browser=${VALUE}; __Host-usher_last=google`)
  assert.deepEqual(brought, { session: VALUE, browser: VALUE, lastConnection: 'google' })
})

test('values we cannot have made, and names without the prefix, are not there', () => {
  assert.deepEqual(online.read(`__Host-usher_session=x; usher_browser=${VALUE}; __Host-usher_last=a b`), {})
  assert.deepEqual(online.read(undefined), {})
  assert.deepEqual(online.read('=;;;=%'), {})
})

test('an ended session is taken out of the browser under the same name', () => {
  assert.match(online.endSession, /^__Host-usher_session=; .*Max-Age=0$/)
})

test('the inside knows a cookie by a hash that is no cookie itself', () => {
  assert.notEqual(hashOfCookie(VALUE), VALUE)
  assert.match(hashOfCookie(VALUE), /^[\w-]{43}$/)
})

test('a connection id that would break out of a cookie is not remembered', () => {
  assert.equal(online.rememberConnection('a; Domain=evil.example'), undefined)
})
