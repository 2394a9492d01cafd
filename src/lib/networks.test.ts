import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, networksOf, placeOf } from './networks.ts'

const inside = networksOf(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])

test('an address lies in a network of its own kind', () => {
  for (const address of ['10.1.2.3', '192.0.2.1', '2001:db8:1::5', '::ffff:10.1.2.3']) assert.ok(inside.contain(address), address)
  for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', '::a01:203']) assert.ok(!inside.contain(address), address)
})

test('what is no address lies nowhere', () => {
  const everything = networksOf(['0.0.0.0/0', '::/0'])
  for (const text of ['', 'localhost', '10.1.2.3:80', '10.1.2.3, 10.1.2.4', '10.1.2.0/24', ' 10.1.2.3'])
    assert.ok(!everything.contain(text), text)
  assert.equal(addressOf('somewhere'), undefined)
})

test('no networks contain nobody', () => {
  assert.ok(!networksOf([]).contain('10.1.2.3'))
  assert.equal(networksOf([]).widest('ipv4'), undefined)
})

test('the widest network is known, each kind by itself', () => {
  assert.equal(inside.widest('ipv4'), 8)
  assert.equal(inside.widest('ipv6'), 32)
})

test('what is no network is refused', () => {
  for (const text of ['proxy.example', '10.0.0.0/33', '10.0.0.0/', '/8', '']) assert.throws(() => networksOf([text]), text)
})

test('an address of IPv6 stands for the network its subscriber has, and any other for itself', () => {
  const places = ['192.0.2.7', '::ffff:192.0.2.7', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::1', '', 'somewhere'].map(placeOf)
  assert.deepEqual(places, ['192.0.2.7', '192.0.2.7', '2001:db8:1:2::/64', '2001:db8:1:2::/64', '', 'somewhere'])
})
