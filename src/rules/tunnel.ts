import type { Duplex } from 'node:stream'
import { type Frame, FrameError, fromRunner, toRunner, WINDOW_BYTES } from './frames.ts'

export interface TunnelParts {
  readonly send: (kind: number, payload?: string | Uint8Array) => void
  /** Counts bytes of either direction; false when they are too many. */
  readonly spend: (bytes: number) => boolean
  /** It is closed, on both sides. */
  readonly closed: () => void
}

/** One connection of a script, this side of it: what the script sends goes on to a stream, and back. */
export interface Tunnel {
  /** The way is open. */
  readonly join: (stream: Duplex) => void
  /** A frame for this tunnel; one that breaks its rules throws FrameError. */
  readonly take: (frame: Frame) => void
  /** Ends it and tells the script why. */
  readonly close: (failure?: unknown) => void
  /** Ends it where nobody listens any more. */
  readonly drop: () => void
}

interface State {
  stream?: Duplex
  /** Sent to the script and not yet read there. */
  unread: number
  /** Taken from the script and not yet sent on. */
  unsent: number
  /** What came before the way was open. */
  readonly early: Buffer[]
  isEnding: boolean
  isOver: boolean
}

const PIECE_BYTES = 64 * 1024

export const createTunnel = (parts: TunnelParts): Tunnel => {
  const state: State = { unread: 0, unsent: 0, early: [], isEnding: false, isOver: false }
  const drop = () => {
    if (state.isOver) return
    state.isOver = true
    state.stream?.destroy()
    parts.closed()
  }
  const close = (failure?: unknown) => {
    if (state.isOver) return
    parts.send(toRunner.closed, failure === undefined ? '' : JSON.stringify(told(failure)))
    drop()
  }
  const inside: Inside = { ...parts, state, close }
  return {
    join: (stream) => join(inside, stream),
    take: (frame) => {
      if (state.isOver) return
      if (frame.kind === fromRunner.close) drop()
      else take(inside, frame)
    },
    close,
    drop,
  }
}

interface Inside extends TunnelParts {
  readonly state: State
  readonly close: (failure?: unknown) => void
}

const take = (inside: Inside, { kind, payload }: Frame): void => {
  const { state } = inside
  switch (kind) {
    case fromRunner.data:
      return said(inside, payload)
    case fromRunner.credit:
      return credited(state, payload)
    case fromRunner.end:
      state.isEnding = true
      state.stream?.end()
      return
  }
  throw new FrameError('a kind of frame that is none')
}

const join = (inside: Inside, stream: Duplex): void => {
  const { state, send, close } = inside
  stream.on('error', close)
  if (state.isOver) return void stream.destroy()
  state.stream = stream
  stream.on('data', (chunk: Buffer) => arrived(inside, chunk))
  stream.on('end', () => {
    if (!state.isOver) send(toRunner.end)
  })
  stream.on('close', () => close())
  send(toRunner.opened, JSON.stringify(addressOf(stream)))
  for (const chunk of state.early.splice(0)) forward(inside, chunk)
  if (state.isEnding) stream.end()
}

/** From the stream to the script. */
const arrived = ({ state, send, spend, close }: Inside, chunk: Buffer): void => {
  if (state.isOver) return
  if (!spend(chunk.length)) return close(TOO_MUCH)
  for (let at = 0; at < chunk.length; at += PIECE_BYTES) send(toRunner.data, chunk.subarray(at, at + PIECE_BYTES))
  state.unread += chunk.length
  if (state.unread >= WINDOW_BYTES) state.stream?.pause()
}

const credited = (state: State, payload: Buffer): void => {
  const bytes = payload.length === 4 ? payload.readUInt32LE(0) : Number.NaN
  if (!(bytes <= state.unread)) throw new FrameError('credit for what was never sent')
  state.unread -= bytes
  if (state.unread < WINDOW_BYTES) state.stream?.resume()
}

/** From the script to the stream. */
const said = (inside: Inside, payload: Buffer): void => {
  const { state, spend, close } = inside
  state.unsent += payload.length
  if (state.unsent > WINDOW_BYTES || state.isEnding) throw new FrameError('more than the window')
  if (!spend(payload.length)) return close(TOO_MUCH)
  if (state.stream) forward(inside, payload)
  else state.early.push(payload)
}

const forward = ({ state, send }: Inside, chunk: Buffer): void => {
  if (!state.stream?.writable) return
  state.stream.write(chunk, () => {
    state.unsent -= chunk.length
    if (!state.isOver) send(toRunner.credit, creditOf(chunk.length))
  })
}

const TOO_MUCH = Object.assign(new Error('more data than one sign-in may move'), { code: 'EDQUOT' })

/** What a script is told of a failure: no stack, and nothing long. */
export const told = (error: unknown): { readonly code: string; readonly message: string } => ({
  code: error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ECONNRESET',
  message: error instanceof Error ? error.message.slice(0, 300) : 'the connection failed',
})

const addressOf = (stream: Duplex) => ({
  address: 'remoteAddress' in stream && typeof stream.remoteAddress === 'string' ? stream.remoteAddress : '0.0.0.0',
  family: 'remoteFamily' in stream && typeof stream.remoteFamily === 'string' ? stream.remoteFamily : 'IPv4',
})

const creditOf = (bytes: number): Buffer => {
  const payload = Buffer.allocUnsafe(4)
  payload.writeUInt32LE(bytes)
  return payload
}
