import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeInstallation } from '../support/installation.ts'

const USHER = fileURLToPath(new URL('../../src/cli/usher.ts', import.meta.url))
const HARDENED = ['-c', 'ulimit -c 0; exec "$@"', 'sh', process.execPath, '--disable-sigusr1', USHER]

test('a server whose messages nobody reads any more stops as it should, as after Ctrl-C in `usher start 2>&1 | tee`', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  const server = spawn('/bin/sh', [...HARDENED, 'start', '--config', place.configFile], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(() => server.kill('SIGKILL'))
  let said = ''
  for await (const part of server.stderr) {
    said += String(part)
    if (said.includes('Usher answers for')) break
  }
  server.stderr.destroy()
  server.kill('SIGTERM')
  assert.deepEqual(await once(server, 'exit'), [0, null])
})
