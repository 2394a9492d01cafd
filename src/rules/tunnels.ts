import type { Duplex } from 'node:stream'
import { type Frame, FrameError, fromRunner, toRunner } from './frames.ts'
import { type OpenMessage, openMessageIn } from './messages.ts'
import type { Run } from './run.ts'
import type { RuleCaller } from './runner.ts'
import { createTunnel, type Tunnel, told } from './tunnel.ts'

/** Where a script wants to go. */
export interface Target {
  /** As the script said it; anything. */
  readonly host: string
  readonly port: number
  /** The only hosts its author lets it reach. */
  readonly hosts?: readonly string[]
}

/** Opens the way to a target, or rejects with an Error whose `code` and message the script is told. */
export type Reach = (target: Target, caller: RuleCaller) => Promise<Duplex>

export interface TunnelsParts {
  readonly send: (kind: number, id: number, payload?: string | Uint8Array) => void
  readonly reach: Reach
  /** A run that may still call out. */
  readonly runOf: (id: number) => Run | undefined
}

/** All tunnels of one runner. */
export interface Tunnels {
  /** A frame that breaks the rules of tunnels throws. */
  readonly take: (frame: Frame) => void
  /** Closes what a finished run left open. */
  readonly closeOf: (run: Run) => void
  /** Closes all; their runner is gone. */
  readonly dropAll: () => void
}

const MOST_OPEN = 256
const MOST_OPEN_PER_RUN = 32
const MOST_PER_RUN = 500
const MOST_BYTES_PER_RUN = 64 * 1024 * 1024

type Open = Map<number, { readonly run: Run; readonly tunnel: Tunnel }>

export const createTunnels = (parts: TunnelsParts): Tunnels => {
  const open: Open = new Map()
  return {
    take: (frame) => {
      if (frame.kind === fromRunner.open) dig(parts, open, frame)
      // One that is not there was closed from this side while the frame was on its way.
      else open.get(frame.id)?.tunnel.take(frame)
    },
    closeOf: (run) => {
      for (const entry of [...open.values()]) if (entry.run === run) entry.tunnel.close(failure('ECONNRESET', 'the sign-in is over'))
    },
    dropAll: () => {
      for (const { tunnel } of [...open.values()]) tunnel.drop()
    },
  }
}

const dig = (parts: TunnelsParts, open: Open, { id, payload }: Frame): void => {
  if (open.has(id)) throw new FrameError('a tunnel twice')
  const wanted = openMessageIn(payload)
  if (!wanted) return refuse(parts, id, failure('ENOTFOUND', 'getaddrinfo ENOTFOUND'))
  const run = parts.runOf(wanted.run)
  const target = run && targetOf(run, wanted)
  if (!run || !target) return refuse(parts, id, failure('ECONNREFUSED', 'the sign-in is over'))
  if (isTooMany(run, open.size)) return refuse(parts, id, failure('EMFILE', 'too many connections at once'))
  const tunnel = createTunnel({
    send: (kind, content) => parts.send(kind, id, content),
    spend: (bytes) => {
      run.used.bytes += bytes
      return run.used.bytes <= MOST_BYTES_PER_RUN
    },
    closed: () => {
      open.delete(id)
      run.used.openTunnels -= 1
    },
  })
  run.hasEffects = true
  run.used.tunnels += 1
  run.used.openTunnels += 1
  open.set(id, { run, tunnel })
  parts.reach(target, run.job.caller).then(tunnel.join, tunnel.close)
}

const targetOf = ({ job }: Run, { script: index, host, port }: OpenMessage): Target | undefined => {
  const script = job.scripts[index]
  return script && { host, port, ...(script.hosts && { hosts: script.hosts }) }
}

/** One run has no more open than are left for others: however many wait for an answer, whoever comes new finds one. */
const isTooMany = ({ used }: Run, open: number): boolean =>
  used.openTunnels >= Math.min(MOST_OPEN_PER_RUN, MOST_OPEN - open) || used.tunnels >= MOST_PER_RUN

const refuse = ({ send }: TunnelsParts, id: number, error: Error): void => send(toRunner.closed, id, JSON.stringify(told(error)))

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })
