// One Usher in a process of its own: `node one-usher.ts CONFIG_FILE START`, where START is what its clock says when it
// begins (milliseconds since the epoch). Says `listening` once it does, and its log to stderr.
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/lib/log.ts'
import { patient } from '../support/patient.ts'
import { createStoryClock } from '../support/story-clock.ts'

const [configFile = '', start = '0'] = process.argv.slice(2)
const clock = createStoryClock(Number(start))
const calls = patient()

/** No time passes while Usher waits for somebody's answer. */
const counted: typeof fetch = async (input, init) => {
  const over = clock.busy()
  try {
    return await calls.fetch(input, init)
  } finally {
    over()
  }
}

const app = await createApp(readConfig(configFile), {
  role: 'server',
  environment: {
    clock,
    randomness: { bytes: randomBytes },
    fetch: counted,
    log: createLog({ to: { write: (line) => void writeSync(2, line) } }),
    close: async () => undefined,
  },
})
await app.listen()
writeSync(1, 'listening\n')
