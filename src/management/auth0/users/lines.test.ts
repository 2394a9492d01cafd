import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { linesOf } from './lines.ts'

const read = async (...chunks: readonly string[]) => Array.fromAsync(linesOf(Readable.from(chunks.map((one) => Buffer.from(one)))))

test('lines wherever the chunks end, with their numbers; empty ones are counted', async () => {
  assert.deepEqual(await read('\uFEFFon', 'e\r\n\n  two\nth', 'ree'), [
    { number: 1, text: 'one' },
    { number: 3, text: 'two' },
    { number: 4, text: 'three' },
  ])
  assert.deepEqual(await read(), [])
})

test('a letter of two bytes may lie across chunks', async () => {
  const [head, tail] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü\n').subarray(1)]
  assert.deepEqual(await Array.fromAsync(linesOf(Readable.from([head, tail], { objectMode: false }))), [{ number: 1, text: 'ü' }])
})

test('a line nobody would write is left out, and the next one is read', async () => {
  const million = 'x'.repeat(1024 * 1024)
  assert.deepEqual(await read(million, million, '\nnext\n'), [
    { number: 1, text: undefined },
    { number: 2, text: 'next' },
  ])
})
