import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type KillPoint, killPoints } from '../../emulator/kill-switch.ts'

const KILL_AT_COMMIT = new URL('kill-at-commit.ts', import.meta.url).href

/** Where a process dies: at the k-th COMMIT of its own database, or when the directory passes a point for the k-th time. */
export type Death = { readonly when: 'before' | 'after'; readonly commit: number } | { readonly point: KillPoint; readonly k: number }

export const inWords = (death: Death): string =>
  'commit' in death ? `${death.when} commit ${death.commit}` : `when the directory is ${death.point.replace('-', ' ')}, time ${death.k}`

/** Every kind of death, each as a function of k. */
export const everyDeath: Readonly<Record<string, (k: number) => Death>> = {
  'before each commit': (commit) => ({ when: 'before', commit }),
  'after each commit': (commit) => ({ when: 'after', commit }),
  ...Object.fromEntries(
    killPoints.map((point) => [`each time the directory is ${point.replace('-', ' ')}`, (k: number): Death => ({ point, k })]),
  ),
}

export interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/** A program in a process of its own, which dies at the commit that `death` names. */
export const startProgram = (file: string, args: readonly string[], death?: Death) => {
  const atCommit = death !== undefined && 'commit' in death ? `${death.when} ${death.commit}` : undefined
  const preload = atCommit === undefined ? [] : ['--import', KILL_AT_COMMIT]
  const child: ChildProcess = spawn(process.execPath, [...preload, file, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...(atCommit !== undefined && { USHER_TEST_COMMIT: atCommit }) },
  })
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = once(child, 'close').then(([, signal]: (NodeJS.Signals | null)[]): Ended => ({ signal: signal ?? null, said }))
  return {
    kill: (): void => void child.kill('SIGKILL'),
    ended,
    /** Resolves when it has said something, or has ended without a word. */
    heard: (): Promise<unknown> => Promise.race([ended, child.stdout === null ? ended : once(child.stdout, 'data')]),
  }
}
