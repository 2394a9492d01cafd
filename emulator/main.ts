import { randomInt } from 'node:crypto'
import { fstatSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { wallClock } from './clock.ts'
import { startEmulator } from './emulator.ts'
import type { AllowedCall } from './graph/call-filter.ts'

/** As if somebody had said `kill -9`. */
const KILLED = 137
const SEEDS = 2 ** 31

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    usher: { type: 'string', default: 'http://usher.localhost:8400' },
    state: { type: 'string' },
    seed: { type: 'string' },
    'allowed-calls': { type: 'string' },
    'graph-delays-ms': { type: 'string' },
    'sign-in-delays-ms': { type: 'string' },
  },
})

const range = (text: string | undefined): readonly [number, number] | undefined => {
  if (text === undefined) return undefined
  const [min = 0, max = min] = text.split(',').map(Number)
  return [min, max]
}

const readAllowedCalls = async (path: string | undefined): Promise<readonly AllowedCall[] | undefined> => {
  if (path === undefined) return undefined
  // Written by whoever starts this; a row of another shape allows nothing.
  return JSON.parse(await readFile(path, 'utf8')) as readonly AllowedCall[]
}

const seed = values.seed === undefined ? randomInt(SEEDS) : Number(values.seed)
const graph = range(values['graph-delays-ms'])
const signIn = range(values['sign-in-delays-ms'])
const allowedCalls = await readAllowedCalls(values['allowed-calls'])

const emulator = await startEmulator({
  port: Number(values.port),
  host: values.host,
  clock: wallClock,
  seed,
  usher: values.usher,
  visibilityDelaysMs: { ...(graph === undefined ? {} : { graph }), ...(signIn === undefined ? {} : { signIn }) },
  die: () => process.exit(KILLED),
  ...(values.state === undefined ? {} : { stateFile: values.state }),
  ...(allowedCalls === undefined ? {} : { allowedCalls }),
})

const stop = (): void => {
  void emulator.close().finally(() => process.exit(0))
}
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
process.once('disconnect', stop)
// Whoever started this through a pipe has gone when its end of it has.
if (process.channel === undefined && !fstatSync(0).isCharacterDevice()) {
  process.stdin.once('end', stop)
  process.stdin.resume()
}

process.stdout.write(`${JSON.stringify({ addresses: emulator.addresses, tenantId: emulator.world.state.tenantId, seed })}\n`)
