import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostCheck } from './host-check.ts'

const asks = (host?: string, ...more: readonly string[]) => ({
  headers: host === undefined ? {} : { host },
  rawHeaders: [...(host === undefined ? [] : ['Host', host]), ...more],
})

test('our own name is answered, with and without the port it implies', () => {
  const check = hostCheck(new URL('https://id.fabrikam.example'))
  for (const host of ['id.fabrikam.example', 'ID.Fabrikam.Example', 'id.fabrikam.example:443']) check(asks(host))
  hostCheck(new URL('http://usher.localhost:4100'))(asks('usher.localhost:4100'))
})

test('any other name is not', () => {
  const check = hostCheck(new URL('https://id.fabrikam.example'))
  for (const host of [
    undefined,
    '',
    'evil.example',
    'id.fabrikam.example:8443',
    'id.fabrikam.example.evil.example',
    'id.fabrikam.example@evil',
  ]) {
    assert.throws(() => check(asks(host)), { code: 'host_unknown' }, host)
  }
})

test('two names at once are refused, whichever comes first', () => {
  const check = hostCheck(new URL('https://id.fabrikam.example'))
  assert.throws(() => check(asks('id.fabrikam.example', 'host', 'evil.example')), { code: 'request_malformed' })
})
