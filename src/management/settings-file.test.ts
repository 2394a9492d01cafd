import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { readSettings } from './settings-file.ts'

const read = (raw: unknown) => readSettings(raw, { file: 'settings.json', read: () => '', environment: {} })

test('how long events are kept is a number of days that leaves time to notice something', () => {
  assert.equal(read({ audit: { maxAgeDays: 30 } }).auditMaxAgeDays, 30)
  assert.equal('auditMaxAgeDays' in read({}), false)
  for (const wrong of [
    { maxAgeDays: 29 },
    { maxAgeDays: 0 },
    { maxAgeDays: 36_501 },
    { maxAgeDays: 90.5 },
    { maxAgeDays: '90' },
    {},
    { days: 90 },
  ])
    assert.throws(() => read({ audit: wrong }), { code: 'settings_invalid' }, JSON.stringify(wrong))
})

const connection = { name: 'guests', type: 'database', label: 'Guests' }

test('two connections of one name are refused: the latter would count, and each start change it', () => {
  const twice = () => read({ connections: [connection, { ...connection, label: 'Others' }] })
  const problem = 'connections: two have the name guests'
  assert.throws(twice, (error) => error instanceof UsherError && error.detail['problem'] === problem)
  assert.equal(read({ connections: [connection, { ...connection, name: 'others' }] }).connections.length, 2)
})
