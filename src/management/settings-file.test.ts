import assert from 'node:assert/strict'
import { test } from 'node:test'
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
