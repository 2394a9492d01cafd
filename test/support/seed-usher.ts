// One Usher with the old recipe in a process of its own: `node seed-usher.ts CONFIG_FILE START`, where START is what its
// clock says when it begins (milliseconds since the epoch). Says `listening` once it does.
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/lib/log.ts'
import { patient } from './patient.ts'
import { createStoryClock } from './story-clock.ts'

/** So often the recipe calls Microsoft before it waits by a clock of its own. */
const RECIPE_CALLS = 4

const [configFile = '', start = '0'] = process.argv.slice(2)
const clock = createStoryClock(Number(start))
const calls = patient()
let answered = 0
let over = (): void => undefined

/** No time passes while Usher waits for somebody's answer, and none while the recipe waits. */
const counted: typeof fetch = async (input, init) => {
  const done = clock.busy()
  try {
    return await calls.fetch(input, init)
  } finally {
    done()
  }
}

const watch = (line: string): void => {
  if (line.includes('"rules_ran"')) over()
  if (!line.includes('"bridge_answered"')) return
  answered += 1
  if (answered === RECIPE_CALLS) over = clock.busy()
}

const app = await createApp(readConfig(configFile), {
  role: 'server',
  environment: {
    clock,
    randomness: { bytes: randomBytes },
    fetch: counted,
    log: createLog({ to: { write: watch } }),
    close: async () => undefined,
  },
})
await app.listen()
writeSync(1, 'listening\n')
