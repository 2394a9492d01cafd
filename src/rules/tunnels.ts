import type { Duplex } from 'node:stream'
import { FrameError, type Frame, fromRunner, toRunner, WINDOW_BYTES } from './frames.ts'
import { openMessageIn } from './messages.ts'
import type { Run } from './run.ts'
import type { RuleCaller } from './runner.ts'

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

export interface TunnelParts {
  readonly send: (kind: number, id: number, payload?: string | Uint8Array) => void
  readonly reach: Reach
  readonly runOf: (id: number) => Run | undefined
}

interface Tunnel {
  readonly id: number
  readonly run: Run
  stream?: Duplex
  /** Sent to the runner and not yet read there. */
  unread: number
  /** Taken from the runner and not yet sent on. */
  unsent: number
  /** What came before the way was open. */
  readonly early: Buffer[]
  isEnding: boolean
}

const MOST_OPEN = 256
const MOST_OPEN_PER_RUN = 32
const MOST_PER_RUN = 500
const MOST_BYTES_PER_RUN = 64 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

/** The tunnels of one runner, this side of them. A frame that breaks their rules throws FrameError. */
export const createTunnels = ({ send, reach, runOf }: TunnelParts) => {
  const tunnels = new Map<number, Tunnel>()

  const forget = (tunnel: Tunnel) => {
    if (tunnels.get(tunnel.id) !== tunnel) return
    tunnels.delete(tunnel.id)
    tunnel.run.used.openTunnels -= 1
    tunnel.stream?.destroy()
  }

  const close = (tunnel: Tunnel, failure?: unknown) => {
    if (tunnels.get(tunnel.id) !== tunnel) return
    send(toRunner.closed, tunnel.id, failure === undefined ? '' : JSON.stringify(told(failure)))
    forget(tunnel)
  }

  const spend = (tunnel: Tunnel, bytes: number): boolean => {
    tunnel.run.used.bytes += bytes
    if (tunnel.run.used.bytes <= MOST_BYTES_PER_RUN) return true
    close(tunnel, failure('EDQUOT', 'more data than one sign-in may move'))
    return false
  }

  const open = ({ id, payload }: Frame) => {
    const { run: runId, script: index, host, port } = openMessageIn(payload)
    if (tunnels.has(id)) throw new FrameError('a tunnel twice')
    const run = runOf(runId)
    const script = run?.job.scripts[index]
    const refusal = !run || !script ? failure('ECONNREFUSED', 'the sign-in is over') : tooMany(run, tunnels.size)
    if (refusal || !run || !script) return send(toRunner.closed, id, JSON.stringify(told(refusal)))
    run.hasEffects = true
    run.used.tunnels += 1
    run.used.openTunnels += 1
    const tunnel: Tunnel = { id, run, unread: 0, unsent: 0, early: [], isEnding: false }
    tunnels.set(id, tunnel)
    reach({ host, port, ...(script.hosts && { hosts: script.hosts }) }, run.job.caller).then(
      (stream) => join(tunnel, stream),
      (error: unknown) => close(tunnel, error),
    )
  }

  const join = (tunnel: Tunnel, stream: Duplex) => {
    stream.on('error', (error) => close(tunnel, error))
    if (tunnels.get(tunnel.id) !== tunnel) return void stream.destroy()
    tunnel.stream = stream
    stream.on('data', (chunk: Buffer) => arrived(tunnel, chunk))
    stream.on('end', () => tunnels.get(tunnel.id) === tunnel && send(toRunner.end, tunnel.id))
    stream.on('close', () => close(tunnel))
    send(toRunner.opened, tunnel.id, JSON.stringify(addressOf(stream)))
    for (const chunk of tunnel.early.splice(0)) forward(tunnel, chunk)
    if (tunnel.isEnding) stream.end()
  }

  const arrived = (tunnel: Tunnel, chunk: Buffer) => {
    if (!spend(tunnel, chunk.length)) return
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) send(toRunner.data, tunnel.id, chunk.subarray(at, at + PIECE_BYTES))
    tunnel.unread += chunk.length
    if (tunnel.unread >= WINDOW_BYTES) tunnel.stream?.pause()
  }

  const forward = (tunnel: Tunnel, chunk: Buffer) => {
    if (!tunnel.stream?.writable) return
    tunnel.stream.write(chunk, () => {
      tunnel.unsent -= chunk.length
      if (tunnels.get(tunnel.id) === tunnel) send(toRunner.credit, tunnel.id, credit(chunk.length))
    })
  }

  const take = (frame: Frame): void => {
    if (frame.kind === fromRunner.open) return open(frame)
    const tunnel = tunnels.get(frame.id)
    // It was closed from this side while the frame was on its way.
    if (!tunnel) return
    switch (frame.kind) {
      case fromRunner.data: {
        tunnel.unsent += frame.payload.length
        if (tunnel.unsent > WINDOW_BYTES || tunnel.isEnding) throw new FrameError('more than the window')
        if (!spend(tunnel, frame.payload.length)) return
        if (tunnel.stream) forward(tunnel, frame.payload)
        else tunnel.early.push(frame.payload)
        return
      }
      case fromRunner.end:
        tunnel.isEnding = true
        return void tunnel.stream?.end()
      case fromRunner.credit:
        return credited(tunnel, frame.payload)
      case fromRunner.close:
        return forget(tunnel)
    }
  }

  return {
    take,
    /** Closes what a finished run left open. */
    closeOf: (run: Run) => {
      for (const tunnel of [...tunnels.values()]) if (tunnel.run === run) close(tunnel, failure('ECONNRESET', 'the sign-in is over'))
    },
    closeAll: () => {
      for (const tunnel of [...tunnels.values()]) forget(tunnel)
    },
    count: () => tunnels.size,
  }
}

const credited = (tunnel: Tunnel, payload: Buffer): void => {
  const bytes = payload.length === 4 ? payload.readUInt32LE(0) : Number.NaN
  if (!(bytes <= tunnel.unread)) throw new FrameError('credit for what was never sent')
  tunnel.unread -= bytes
  if (tunnel.unread < WINDOW_BYTES) tunnel.stream?.resume()
}

const tooMany = (run: Run, open: number): Error | undefined =>
  open >= MOST_OPEN || run.used.openTunnels >= MOST_OPEN_PER_RUN || run.used.tunnels >= MOST_PER_RUN
    ? failure('EMFILE', 'too many connections at once')
    : undefined

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** What a script is told of a failure: no address of ours, no stack. */
const told = (error: unknown) => ({
  code: error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ECONNRESET',
  message: error instanceof Error ? error.message.slice(0, 300) : 'the connection failed',
})

const addressOf = (stream: Duplex) => ({
  address: 'remoteAddress' in stream && typeof stream.remoteAddress === 'string' ? stream.remoteAddress : '0.0.0.0',
  family: 'remoteFamily' in stream && typeof stream.remoteFamily === 'string' ? stream.remoteFamily : 'IPv4',
})

const credit = (bytes: number): Buffer => {
  const payload = Buffer.allocUnsafe(4)
  payload.writeUInt32LE(bytes)
  return payload
}
