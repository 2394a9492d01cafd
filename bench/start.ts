import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { type Installation, prepareInstallation } from './installation.ts'
import { firstLine, pinned, residentMiB, serve, stop } from './measured-process.ts'
import { digits, median, report } from './report.ts'

const ROUNDS = 7
const EMPTY = ['--eval', '0']
const EMPTY_FASTIFY = [
  '--input-type=module',
  '--eval',
  "import { fastify } from 'fastify'; const app = fastify(); await app.listen({ port: 0, host: '127.0.0.1' }); console.log('ready')",
]
/** How long an idle process is left alone before its memory is read. */
const IDLE_MS = 3_000

/** (e) From the command to the first answer, and the memory of a server nobody visits. */
export const startBenchmark = async (): Promise<void> => {
  const installation = await prepareInstallation(1_000)
  try {
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1) rounds.push({ emptyMs: await emptyMs(), usherMs: await usherMs(installation) })
    const startMs = median(rounds.map(({ usherMs: ms }) => ms))
    report({
      what: '(e) start ÷ an empty Node program',
      measured: median(rounds.map((one) => one.usherMs / one.emptyMs)),
      target: 4,
      wanted: 'at most',
    })
    report({ what: '(e) start', measured: startMs, target: 1_000, wanted: 'at most', unit: ' ms' })
    const [usher, fastify] = [await idleMiB(await serve(installation)), await idleMiB(await emptyFastify())]
    console.log(`idle memory ${digits(usher)} MiB, an empty Fastify ${digits(fastify)} MiB`)
    report({ what: '(e) idle memory ÷ an empty Fastify', measured: usher / fastify, target: 1.6, wanted: 'at most' })
    report({ what: '(e) idle memory', measured: usher, target: 130, wanted: 'at most', unit: ' MiB' })
  } finally {
    installation.remove()
  }
}

const emptyMs = async (): Promise<number> => {
  const began = performance.now()
  await once(pinned(EMPTY), 'exit')
  return performance.now() - began
}

const usherMs = async (installation: Installation): Promise<number> => {
  const began = performance.now()
  const server = await serve(installation)
  const ms = performance.now() - began
  await stop(server)
  return ms
}

const idleMiB = async (child: ChildProcess): Promise<number> => {
  await wait(IDLE_MS)
  const memory = residentMiB(child.pid ?? 0)
  await stop(child)
  return memory
}

const emptyFastify = async (): Promise<ChildProcess> => {
  const child = pinned(EMPTY_FASTIFY)
  await firstLine(child)
  return child
}
