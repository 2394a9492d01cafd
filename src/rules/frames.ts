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
export const WINDOW_BYTES = 128 * 1024

export const toRunner = { run: 1, opened: 2, data: 3, end: 4, closed: 5, credit: 6, updated: 7, ping: 8, warm: 9 } as const

export const fromRunner = {
  ready: 1,
  result: 2,
  open: 3,
  data: 4,
  end: 5,
  close: 6,
  credit: 7,
  update: 8,
  pong: 9,
  stray: 10,
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
  const fill = partialFrame(take, mostBytes)
  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      const end = fill.isEmpty() ? endOfFrame(chunk, at, mostBytes) : Number.POSITIVE_INFINITY
      if (end <= chunk.length) {
        take({ kind: chunk.readUInt8(at + 4), id: chunk.readUInt32LE(at + 5), payload: chunk.subarray(at + HEADER_BYTES, end) })
        at = end
      } else at += fill.take(chunk.subarray(at))
    }
  }
}

/** Where the frame that begins here ends; infinitely far where not even its header is there. */
const endOfFrame = (chunk: Buffer, at: number, mostBytes: number): number =>
  chunk.length - at < HEADER_BYTES ? Number.POSITIVE_INFINITY : at + LENGTH_BYTES + checked(chunk.readUInt32LE(at), mostBytes)

/** A frame that arrives in several chunks. */
const partialFrame = (take: (frame: Frame) => void, mostBytes: number) => {
  const header = Buffer.alloc(LENGTH_BYTES)
  let headerFilled = 0
  let body: Buffer | undefined
  let filled = 0

  const takeHeader = (chunk: Buffer): number => {
    const taken = chunk.copy(header, headerFilled, 0, LENGTH_BYTES - headerFilled)
    headerFilled += taken
    if (headerFilled === LENGTH_BYTES) body = Buffer.allocUnsafe(checked(header.readUInt32LE(0), mostBytes))
    return taken
  }

  const takeBody = (chunk: Buffer, whole: Buffer): number => {
    const taken = chunk.copy(whole, filled)
    filled += taken
    if (filled < whole.length) return taken
    body = undefined
    filled = 0
    headerFilled = 0
    take({ kind: whole.readUInt8(0), id: whole.readUInt32LE(1), payload: whole.subarray(AFTER_LENGTH) })
    return taken
  }

  return {
    isEmpty: (): boolean => headerFilled === 0,
    /** Returns how many bytes it took. */
    take: (chunk: Buffer): number => (body ? takeBody(chunk, body) : takeHeader(chunk)),
  }
}

const checked = (length: number, mostBytes: number): number => {
  if (length < AFTER_LENGTH || length > mostBytes) throw new FrameError(`a frame of ${length} bytes`)
  return length
}
