import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CommandError } from './report.ts'

export interface DemoEmulator {
  readonly addresses: Readonly<Record<'login' | 'graph' | 'service' | 'google' | 'linkedin' | 'facebook' | 'github' | 'control', string>>
  /** Tells the emulator how its world should be. */
  readonly put: (path: string, body: unknown) => Promise<void>
  readonly stop: () => Promise<void>
}

const MAIN = fileURLToPath(new URL('../../emulator/main.ts', import.meta.url))

/** Starts Microsoft's side as a process of its own; it ends when this one does. */
export const startEmulator = async (
  options: { readonly port: number; readonly usher: string; readonly stateFile: string },
  call: typeof fetch,
): Promise<DemoEmulator> => {
  const child = spawn(process.execPath, [MAIN, '--port', String(options.port), '--usher', options.usher, '--state', options.stateFile], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const addresses = await Promise.race([firstLine(child.stdout), gone.then(() => undefined)])
  if (!addresses) throw new CommandError('the emulator did not start')
  return {
    addresses,
    put: async (path, body) => {
      const answer = await call(`${addresses.control}${path}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new CommandError(`the emulator refused ${path}: ${answer.status}`)
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

const firstLine = async (stream: NodeJS.ReadableStream | null): Promise<DemoEmulator['addresses'] | undefined> => {
  if (!stream) return undefined
  for await (const line of createInterface({ input: stream })) return JSON.parse(line).addresses
  return undefined
}
