import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientAddress } from './client-address.ts'

const behindProxies = clientAddress(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])

test('without proxies the header means nothing', () => {
  assert.equal(clientAddress([])('203.0.113.9', '198.51.100.1'), '203.0.113.9')
})

test('a header from somebody who is not a proxy of ours means nothing', () => {
  assert.equal(behindProxies('203.0.113.9', '198.51.100.1'), '203.0.113.9')
})

test('the right-most hop that is not a proxy of ours is the visitor', () => {
  assert.equal(behindProxies('10.1.2.3', '1.1.1.1, 198.51.100.7, 192.0.2.1'), '198.51.100.7')
  assert.equal(behindProxies('::ffff:10.1.2.3', '198.51.100.7'), '198.51.100.7')
  assert.equal(behindProxies('2001:db8::5', '2001:4860::1'), '2001:4860::1')
})

test('a header whose last hop cannot be read is not believed at all', () => {
  const unreadable = ['a', '127.0.0.1,,', '198.51.100.7:port', '198.51.100.7:', ' ', '198.51.100.7, evil', '198.51.100.7, 10.1.1.1, evil']
  for (const header of unreadable) assert.equal(behindProxies('10.1.2.3', header), '10.1.2.3', header)
})

test('whatever somebody writes in front, they are not taken for one of our proxies', () => {
  const written = ['a', '', 'unknown, 10.9.9.9', '198.51.100.8:1', '1.1.1.1,'.repeat(1_300), '10.9.9.9,'.repeat(100)]
  for (const inFront of written) assert.equal(behindProxies('10.1.2.3', `${inFront}, 198.51.100.7, 192.0.2.1`), '198.51.100.7', inFront)
})

test('a port that a proxy writes along is left out', () => {
  assert.equal(behindProxies('10.1.2.3', '1.1.1.1, 198.51.100.7:41234'), '198.51.100.7')
  assert.equal(behindProxies('10.1.2.3', '[2001:4860::1]:41234, 10.9.9.9:80'), '2001:4860::1')
  assert.equal(behindProxies('10.1.2.3', '[2001:4860::1]'), '2001:4860::1')
})

test('more proxies than there can be are none of ours', () => {
  assert.equal(behindProxies('10.1.2.3', `198.51.100.7${', 10.9.9.9'.repeat(33)}`), '10.1.2.3')
})

test('where every hop is ours the farthest one counts', () => {
  assert.equal(behindProxies('10.1.2.3', '10.9.9.9, 10.8.8.8'), '10.9.9.9')
})

test('a proxy that is not an address stops the start', () => {
  assert.throws(() => clientAddress(['proxy.example']))
})
