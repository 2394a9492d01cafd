// One Usher with the old recipe in a process of its own: `node seed-usher.ts CONFIG_FILE START`, where START is what its
// clock says when it begins (milliseconds since the epoch). Says `listening` once it does.
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/lib/log.ts'
import { patient } from './patient.ts'
import { createStoryClock } from './story-clock.ts'

const A_STEP_MS = 20
const BETWEEN_STEPS_MS = 500

const [configFile = '', start = '0'] = process.argv.slice(2)
const clock = createStoryClock(Number(start))
const calls = patient()
let hasBegun = false
let over = (): void => undefined
let pulse: NodeJS.Timeout | undefined

/** No time passes while Usher waits for somebody's answer, and little from the recipe's first call to its end. */
const counted: typeof fetch = async (input, init) => {
  const done = clock.busy()
  try {
    return await calls.fetch(input, init)
  } finally {
    done()
  }
}

/** While the recipe calls, time goes on in small steps only: whoever watches would use up hours of it. */
const slowDown = (): void => {
  over = clock.busy()
  pulse = setInterval(() => {
    over()
    setTimeout(() => {
      if (pulse !== undefined) over = clock.busy()
    }, A_STEP_MS)
  }, BETWEEN_STEPS_MS)
}

const watch = (line: string): void => {
  if (!hasBegun && line.includes('"bridge_answered"')) {
    hasBegun = true
    slowDown()
  }
  if (!line.includes('"rules_ran"')) return
  clearInterval(pulse)
  pulse = undefined
  over()
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
