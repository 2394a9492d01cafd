import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Installation } from './installation.ts'
import type { LoadOrder, LoadResult } from './load.ts'

/** What is measured runs on this core, the load on the other one. */
const MEASURED_CORE = 0
export const LOAD_CORE = 1
// Linux counts processor time in ticks of a hundredth of a second (proc(5), USER_HZ).
const TICK_US = 10_000

const LOAD = fileURLToPath(new URL('load.ts', import.meta.url))

/** A process on the measured core. What it prints is to be read, or goes to a file. */
export const pinned = (
  args: readonly string[],
  more: { readonly input?: string; readonly cwd?: string; readonly outputFile?: string } = {},
): ChildProcess => {
  const child = spawn('taskset', ['-c', String(MEASURED_CORE), process.execPath, ...args], {
    stdio: ['pipe', more.outputFile ? openSync(more.outputFile, 'a') : 'pipe', 'ignore'],
    ...(more.cwd && { cwd: more.cwd }),
  })
  child.stdin?.end(more.input ?? '')
  return child
}

/** Has a process, all its threads, run where the load does. */
export const moveToLoadCore = (pid: number): void => {
  execFileSync('taskset', ['-acp', String(LOAD_CORE), String(pid)], { stdio: 'ignore' })
}

/** The first line a process prints. Throws when it ends before. */
export const firstLine = async (child: ChildProcess): Promise<string> => {
  if (!child.stdout) throw new Error('no output to read')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('it ended before it said anything')
}

const LOOK_MS = 20

/** The server of an installation, once it answers. Throws when it ends before. */
export const serve = async ({
  startArguments,
  logFile,
  port,
}: Pick<Installation, 'startArguments' | 'logFile' | 'port'>): Promise<ChildProcess> => {
  const server = pinned(startArguments, { outputFile: logFile })
  while (server.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.ok) return server
    await wait(LOOK_MS)
  }
  throw new Error(`the server ended with ${server.exitCode} before it answered; its log says why`)
}

export const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Processor time a process has used so far, in microseconds, all its threads together. */
export const cpuUs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  // Fields 14 and 15 of proc(5), user and system time, counted from what stands after the name.
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

/** Resident memory in mebibytes. */
export const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** Lets the load generator do its work from the other core. Throws when an answer was not what was expected. */
export const load = async (order: LoadOrder): Promise<LoadResult> => {
  const child = spawn('taskset', ['-c', String(LOAD_CORE), process.execPath, LOAD], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(order))
  const result: LoadResult = JSON.parse(await text(child.stdout))
  if (result.wrong > 0) throw new Error(`${result.wrong} of ${result.answered} answers were not what was expected`)
  return result
}
