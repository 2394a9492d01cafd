import assert from 'node:assert/strict'
import { test } from 'node:test'
import { correlationOf } from './correlation.ts'

const GUID = '0F8FAD5B-D9CB-469F-A165-70867728950E'

test("the relying party's own correlation is taken", () => {
  assert.equal(
    correlationOf(`/wsfed?wa=x&client-request-id=${GUID}&wctx=y`, () => 'ours'),
    GUID.toLowerCase(),
  )
})

test('anything that is not a GUID is not', () => {
  for (const sent of ['', 'x', '<script>', `${GUID}0`, 'a'.repeat(9_000)]) {
    assert.equal(
      correlationOf(`/wsfed?client-request-id=${sent}`, () => 'ours'),
      'ours',
    )
  }
  assert.equal(
    correlationOf('/wsfed', () => 'ours'),
    'ours',
  )
})
