import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRequest } from './reading.ts'

const read = (method: string, path: string, body = '') => readRequest({ method, host: 'graph.windows.net', path, headers: {}, body })

const paths = [
  ['/t/users?api-version=1.6', ['t', 'users']],
  [' /t/users', ['t', 'users']],
  ['%20/t/users', ['t', 'users']],
  ['//t//users/', ['t', 'users']],
  ['/t/users/a%40b.example', ['t', 'users', 'a@b.example']],
  ['/t/users/%ZZ', ['t', 'users', '%ZZ']],
  ['/', []],
] as const

for (const [path, segments] of paths) test(`the path ${JSON.stringify(path)}`, () => assert.deepEqual(read('GET', path).segments, segments))

const bodies = [
  ['', undefined],
  ['{"a":"b"}', { a: 'b' }],
  ['\uFEFF {"a":"b"}', { a: 'b' }],
  ['a=b&c=d%20e', { a: 'b', c: 'd e' }],
  ['{"a":', undefined],
  ['[1]', { '[1]': '' }],
] as const

for (const [text, body] of bodies) test(`the body ${JSON.stringify(text)}`, () => assert.deepEqual(read('POST', '/', text).body, body))

const methods = [
  ['GET', '', 'GET', false],
  ['get', '{"a":1}', 'POST', true],
  ['GET', 'a=b', 'GET', false],
  ['GET', '{"a":', 'GET', false],
  ['PATCH', '{"a":1}', 'PATCH', false],
  ['DELETE', '{"a":1}', 'DELETE', false],
] as const

for (const [method, body, meant, wasPromoted] of methods)
  test(`${method} with ${body === '' ? 'no body' : body} is meant as ${meant}`, () => {
    const asked = read(method, '/t/users', body)
    assert.deepEqual([asked.method, asked.wasPromoted], [meant, wasPromoted])
  })

test('the query is what follows the first question mark', () => {
  const { query } = read('GET', "/t/users?api-version=1.6&$filter=mail%20eq%20'a?b'")
  assert.equal(query.get('api-version'), '1.6')
  assert.equal(query.get('$filter'), "mail eq 'a?b'")
})
