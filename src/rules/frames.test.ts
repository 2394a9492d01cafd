import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { type Frame, FrameError, frameOf, frameReader, fromRunner, MOST_FRAME_BYTES, toRunner, WINDOW_BYTES } from './frames.ts'

const readAll = (chunks: readonly Buffer[]): readonly { kind: number; id: number; text: string }[] => {
  const found: { kind: number; id: number; text: string }[] = []
  const read = frameReader(({ kind, id, payload }: Frame) => void found.push({ kind, id, text: payload.toString() }))
  for (const chunk of chunks) read(chunk)
  return found
}

const three = Buffer.concat([frameOf(1, 7, 'one'), frameOf(2, 4_294_967_295), frameOf(3, 0, 'ünï')])
const expected = [
  { kind: 1, id: 7, text: 'one' },
  { kind: 2, id: 4_294_967_295, text: '' },
  { kind: 3, id: 0, text: 'ünï' },
]

test('frames are the same however they arrive', () => {
  assert.deepEqual(readAll([three]), expected)
  assert.deepEqual(readAll([...three].map((byte) => Buffer.from([byte]))), expected)
  for (let at = 1; at < three.length; at += 1) assert.deepEqual(readAll([three.subarray(0, at), three.subarray(at)]), expected)
})

test('a length that no frame has is refused before anything is kept for it', () => {
  const long = Buffer.alloc(4)
  long.writeUInt32LE(MOST_FRAME_BYTES + 1)
  for (const chunks of [[Buffer.concat([long, Buffer.alloc(8)])], [long.subarray(0, 2), long.subarray(2)]])
    assert.throws(() => readAll(chunks), FrameError)
  assert.throws(() => readAll([Buffer.alloc(64)]), FrameError)
})

test('both sides of the pipe know the same words', () => {
  const inside = createRequire(import.meta.url)('./inside/frames.cjs')
  assert.deepEqual(inside.toRunner, toRunner)
  assert.deepEqual(inside.fromRunner, fromRunner)
  assert.equal(inside.WINDOW_BYTES, WINDOW_BYTES)
  assert.equal(inside.MOST_FRAME_BYTES, MOST_FRAME_BYTES)
  assert.deepEqual(inside.frameOf(4, 9, 'ünï'), frameOf(4, 9, 'ünï'))
})
