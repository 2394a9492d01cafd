import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostOf, isListed, isPublicAddress } from './addresses.ts'

const nearby = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
  ...['172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1'],
  ...['239.255.255.250', '240.0.0.1', '255.255.255.255', '168.63.129.16', '192.31.196.1', '192.52.193.1', '192.175.48.1'],
  ...['::', '::1', '::7f00:1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:169.254.169.254'],
  ...['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', '2001:2::1', '2001:10::1'],
  ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '100::1', '5f00::1', '4000::1', '::ffff:0:7f00:1'],
  ...['', 'localhost', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '999.1.1.1', '1.2.3', 'fe80::1::2'],
]

test('only addresses of somebody on the internet are public', () => {
  for (const address of nearby) assert.equal(isPublicAddress(address), false, address)
  for (const address of ['93.184.216.34', '1.1.1.1', '172.32.0.1', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:1.1.1.1'])
    assert.equal(isPublicAddress(address), true, address)
})

test('a host has one spelling, and numbers that pass for addresses elsewhere are none', () => {
  assert.deepEqual(hostOf('API.Example.COM.'), { host: 'api.example.com', isAddress: false })
  assert.deepEqual(hostOf('[2606:2800::1]'), { host: '2606:2800::1', isAddress: true })
  assert.deepEqual(hostOf('1.1.1.1'), { host: '1.1.1.1', isAddress: true })
  const none = ['', '.', '..', '2130706433', '0x7f.1', '127.1', '0177.0.0.1', '1.2.3.4.5', 'a b', 'a/b', 'a:80', 'a@b', 'ä.example', 'a..b']
  for (const said of [
    ...none,
    '-a.example',
    'a-.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
    'x\0.example',
    '127.0.0.1\n',
    'a.1',
  ])
    assert.equal(hostOf(said), undefined, said)
})

test('a star stands for what is below a name, and not for the name', () => {
  const list = ['api.example.com', '*.example.org']
  assert.ok(isListed('api.example.com', list))
  assert.ok(isListed('a.b.example.org', list))
  for (const host of ['example.com', 'x.api.example.com', 'example.org', 'badexample.org', 'api.example.com.evil.example'])
    assert.equal(isListed(host, list), false, host)
})
