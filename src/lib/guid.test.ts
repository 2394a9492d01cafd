import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guid, isGuid } from './guid.ts'

test('sixteen bytes become a GUID of version 4', () => {
  assert.equal(guid(Buffer.alloc(16)), '00000000-0000-4000-a000-000000000000')
  assert.equal(guid(Buffer.alloc(16, 0xff)), 'ffffffff-ffff-4fff-afff-ffffffffffff')
  assert.equal(guid(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')), '00010203-0405-4607-a809-0a0b0c0d0e0f')
  assert.ok(isGuid(guid(Buffer.alloc(16, 7))))
})

test('only a whole GUID is one, in either case', () => {
  assert.ok(isGuid('6F9619FF-8B86-D011-B42D-00CF4FC964FF'))
  for (const odd of [
    '',
    '6f9619ff8b86d011b42d00cf4fc964ff',
    '6f9619ff-8b86-d011-b42d-00cf4fc964f',
    '{6f9619ff-8b86-d011-b42d-00cf4fc964ff}',
    '6f9619ff-8b86-d011-b42d-00cf4fc964ff\n',
    'g0000000-0000-0000-0000-000000000000',
  ])
    assert.ok(!isGuid(odd), odd)
})
