import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopbackHost } from './loopback.ts'

test('this machine by all its names', () => {
  for (const host of ['localhost', 'LOCALHOST', 'usher.localhost', 'a.b.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
    assert.ok(isLoopbackHost(host), host)
})

test('nothing that merely looks like it', () => {
  const others = [
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.evil.example',
    '1127.0.0.1',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '[::2]',
    '10.0.0.1',
    '127.0.0',
    '',
  ]
  for (const host of others) assert.ok(!isLoopbackHost(host), host)
})
