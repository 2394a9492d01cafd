import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..', '..')

/** What one check says: what it looked at in a few words, and what is wrong, one entry a problem. */
export interface Finding {
  readonly looked: string
  readonly problems: readonly string[]
}

export type Check = () => Promise<Finding>

export interface Ran {
  readonly status: number
  readonly output: string
  /** Standard output alone. */
  readonly stdout: string
}

/** Runs a program of node_modules on this Node. */
export const runTool = (program: string, args: readonly string[], cwd: string = ROOT): Promise<Ran> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', program), ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const parts = { stdout: '', output: '' }
    child.stdout.on('data', (part: Buffer) => {
      parts.stdout += part.toString()
      parts.output += part.toString()
    })
    child.stderr.on('data', (part: Buffer) => {
      parts.output += part.toString()
    })
    child.once('error', failed)
    child.once('close', (status) => done({ status: status ?? 1, ...parts }))
  })

/** A tool that speaks for itself: whatever it prints is the problem when it fails. */
export const judgedByTool = async (looked: string, program: string, args: readonly string[]): Promise<Finding> => {
  const { status, output } = await runTool(program, args)
  return { looked, problems: status === 0 ? [] : [output.trim() || `${program} ended with ${status}`] }
}
