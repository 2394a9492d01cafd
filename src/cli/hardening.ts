import { readFileSync, statSync } from 'node:fs'
import { url as inspectorUrl } from 'node:inspector'
import { CommandError } from './report.ts'

/** What Linux says of this process; undefined elsewhere. */
export interface ProcessFacts {
  /** /proc/self/limits */
  readonly limits?: string
  /** /proc/self/status */
  readonly status?: string
  readonly inspector?: string | undefined
}

// Bit 9 of the mask of caught signals is signal 10, SIGUSR1 (proc(5)).
const SIGUSR1 = 1n << 9n

/** Ways in which this process would give away what it holds in memory, each in a sentence; none is as it should be. */
export const leaks = ({ limits, status, inspector }: ProcessFacts): readonly string[] => {
  const core = limits && /^Max core file size +(\S+)/m.exec(limits)?.[1]
  const caught = status && /^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1]
  return [
    ...(core !== undefined && core !== '0' ? ['a crash would write its memory to disk (core dumps are on)'] : []),
    ...(caught !== undefined && (BigInt(`0x${caught}`) & SIGUSR1) !== 0n ? ['SIGUSR1 would open a debugger'] : []),
    ...(inspector ? ['a debugger is open'] : []),
  ]
}

/** Signing keys are in this process's memory: it starts only where nobody can have that memory written out. */
export const refuseToLeak = (): void => {
  const found = leaks({ ...ofThisProcess(), inspector: inspectorUrl() })
  if (found.length > 0) throw new CommandError(`${found.join('; ')}. Start Usher with bin/run.cjs, as \`npm run start:server\` does`)
}

const ANYBODY = 0o007

/** Those of these files that anybody on the machine may read or write: keys, whose only protection is who may read them. */
export const openToAnybody = (files: readonly (string | undefined)[]): readonly string[] =>
  // Windows has other means and always says the same here.
  process.platform === 'win32' ? [] : files.flatMap((file) => (file !== undefined && (statSync(file).mode & ANYBODY) !== 0 ? [file] : []))

const ofThisProcess = (): ProcessFacts =>
  process.platform === 'linux'
    ? { limits: readFileSync('/proc/self/limits', 'utf8'), status: readFileSync('/proc/self/status', 'utf8') }
    : {}
