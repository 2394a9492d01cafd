import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeInstallation } from '../support/installation.ts'

const GUESTS = { name: 'guests', type: 'database', label: 'a password' }

test('start --check reads the settings file and puts nothing of it in force, also beside a running server', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  await place.start()
  place.write('settings.json', { connections: [GUESTS] })
  place.write('usher.json', { ...place.config, settingsFile: 'settings.json' })
  const checked = await place.run(['start', '--check'])
  assert.equal(checked.code, 0, checked.stderr)
  assert.match(checked.stderr, /✓ the configuration and the settings hold/)
  assert.deepEqual(JSON.parse((await place.run(['connections', 'list', '--json'])).stdout), { items: [] })
  place.write('settings.json', { connections: [{ ...GUESTS, type: 'guestbook' }] })
  const wrong = await place.run(['start', '--check'])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /settings_invalid: .*guestbook/)
})
