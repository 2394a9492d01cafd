/**
 * What crosses between Usher and a runner: u32 length of all that follows, u8 kind, u32 id, payload; little endian.
 * inside/frames.cjs is the other side of it.
 */
export interface Frame {
  readonly kind: number
  /** Of the run, the tunnel or the call. */
  readonly id: number
  readonly payload: Buffer
}

/** What a runner sent is no frame. */
export class FrameError extends Error {}

export const MOST_FRAME_BYTES = 1024 * 1024

/** Bytes of one tunnel and direction that may be on their way. */
export const WINDOW_BYTES = 256 * 1024

export const toRunner = { run: 1, opened: 2, data: 3, end: 4, closed: 5, credit: 6, updated: 7, ping: 8, warm: 9 } as const

export const fromRunner = {
  ready: 1,
  result: 2,
  entered: 3,
  open: 4,
  data: 5,
  end: 6,
  close: 7,
  credit: 8,
  update: 9,
  pong: 10,
  stray: 11,
} as const

const HEADER_BYTES = 9
const LENGTH_BYTES = 4
const AFTER_LENGTH = HEADER_BYTES - LENGTH_BYTES
const EMPTY = Buffer.alloc(0)

export const frameOf = (kind: number, id: number, payload: string | Uint8Array = EMPTY): Buffer => {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length)
  frame.writeUInt32LE(AFTER_LENGTH + length, 0)
  frame[LENGTH_BYTES] = kind
  frame.writeUInt32LE(id, LENGTH_BYTES + 1)
  if (typeof payload === 'string') frame.write(payload, HEADER_BYTES)
  else frame.set(payload, HEADER_BYTES)
  return frame
}

/**
 * Cuts what arrives into frames. However it arrives, a byte is copied at most once and no more than one frame is held.
 * The reader throws FrameError for a length that no frame has.
 */
export const frameReader = (take: (frame: Frame) => void, mostBytes = MOST_FRAME_BYTES): ((chunk: Buffer) => void) => {
  const header = Buffer.alloc(LENGTH_BYTES)
  let headerFilled = 0
  let partial = EMPTY
  let filled = 0

  /** Continues what an earlier chunk began; returns how much of this one it took. */
  const fill = (chunk: Buffer): number => {
    let at = 0
    if (partial === EMPTY) {
      at = chunk.copy(header, headerFilled, 0, LENGTH_BYTES - headerFilled)
      headerFilled += at
      if (headerFilled < LENGTH_BYTES) return at
      partial = Buffer.allocUnsafe(checked(header.readUInt32LE(0), mostBytes))
      filled = 0
    }
    const taken = chunk.copy(partial, filled, at)
    filled += taken
    if (filled === partial.length) {
      const whole = partial
      partial = EMPTY
      headerFilled = 0
      take({ kind: whole.readUInt8(0), id: whole.readUInt32LE(1), payload: whole.subarray(AFTER_LENGTH) })
    }
    return at + taken
  }

  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      const isWhole = headerFilled === 0 && chunk.length - at >= HEADER_BYTES
      const length = isWhole ? checked(chunk.readUInt32LE(at), mostBytes) : 0
      const end = at + LENGTH_BYTES + length
      if (isWhole && end <= chunk.length) {
        take({ kind: chunk.readUInt8(at + 4), id: chunk.readUInt32LE(at + 5), payload: chunk.subarray(at + HEADER_BYTES, end) })
        at = end
      } else at += fill(chunk.subarray(at))
    }
  }
}

const checked = (length: number, mostBytes: number): number => {
  if (length < AFTER_LENGTH || length > mostBytes) throw new FrameError(`a frame of ${length} bytes`)
  return length
}
