import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { processEnvironment } from '../../src/environment.ts'
import { makeInstallation } from '../support/installation.ts'

test('what cannot be put together lets go of the database and of the network', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  const config = readConfig(place.configFile)
  const closed: string[] = []
  const environment = (name: string) => {
    const one = processEnvironment({ logTo: process.stderr })
    return { ...one, close: () => one.close().then(() => void closed.push(name)) }
  }
  const tls = { certificateFile: place.at('none.pem'), keyFile: place.at('none.key') }
  await assert.rejects(createApp({ ...config, tls }, { role: 'server', environment: environment('first') }), { code: 'ENOENT' })
  assert.deepEqual(closed, ['first'])
  const next = await createApp(config, { role: 'server', environment: environment('next') })
  await next.stop()
  assert.deepEqual(closed, ['first', 'next'])
})
