'use strict'
// What crosses between Usher and a runner, this side of it: u32 length of all that follows, u8 kind, u32 id, payload.
// ../frames.ts is the other side; frames.test.ts holds both to the same numbers.

const HEADER_BYTES = 9
const AFTER_LENGTH = 5
const MOST_FRAME_BYTES = 1024 * 1024

/** Bytes of one tunnel and direction that may be on their way. */
const WINDOW_BYTES = 128 * 1024

const toRunner = { run: 1, opened: 2, data: 3, end: 4, closed: 5, credit: 6, updated: 7, ping: 8, warm: 9 }
const fromRunner = { ready: 1, result: 2, open: 3, data: 4, end: 5, close: 6, credit: 7, update: 8, pong: 9, stray: 10 }

const EMPTY = Buffer.alloc(0)

/**
 * One frame in bytes.
 * @param {number} kind
 * @param {number} id of the run, tunnel or call
 * @param {string | Uint8Array} payload
 */
const frameOf = (kind, id, payload = EMPTY) => {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length)
  frame.writeUInt32LE(AFTER_LENGTH + length, 0)
  frame[4] = kind
  frame.writeUInt32LE(id, 5)
  if (typeof payload === 'string') frame.write(payload, HEADER_BYTES)
  else frame.set(payload, HEADER_BYTES)
  return frame
}

/**
 * Cuts what arrives into frames. Payloads are valid until `take` returns: the next chunk may come in the same memory.
 * @param {(kind: number, id: number, payload: Buffer) => void} take
 * @returns {(chunk: Buffer) => void}
 */
const frameReader = (take) => {
  let rest = EMPTY
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + 4 + bytes.readUInt32LE(at)
      if (end > bytes.length) break
      take(bytes[at + 4], bytes.readUInt32LE(at + 5), bytes.subarray(at + HEADER_BYTES, end))
      at = end
    }
    rest = at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at))
  }
}

module.exports = { MOST_FRAME_BYTES, WINDOW_BYTES, fromRunner, toRunner, frameOf, frameReader }
