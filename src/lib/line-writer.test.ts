import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const WRITER = new URL('line-writer.ts', import.meta.url).href
const child = (script: string) =>
  spawn(
    process.execPath,
    ['--input-type=module', '--eval', `import { lineWriter } from '${WRITER}'; const { write } = lineWriter(1); ${script}`],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
const sorted = (lines: string) => lines.trim().split('\n').toSorted()

test('every line arrives, in order, when the process ends by itself', async () => {
  const lines = await text(child("for (let count = 0; count < 1000; count += 1) write(count + '\\n')").stdout)
  assert.equal(lines, Array.from({ length: 1_000 }, (_, count) => `${count}\n`).join(''))
})

test('no line is lost when the process is ended, by itself or by an error', async () => {
  const three = "for (const word of ['a', 'b', 'c']) write(word + '\\n');"
  assert.deepEqual(sorted(await text(child(`${three} setImmediate(() => process.exit(3))`).stdout)), ['a', 'b', 'c'])
  assert.deepEqual(sorted(await text(child(`${three} process.once('uncaughtException', () => process.exit(1)); null.x`).stdout)), [
    'a',
    'b',
    'c',
  ])
})

test('a reader that has gone keeps no process from working or ending', async () => {
  const writer = child("process.stdin.once('data', () => { write('x\\n'); setTimeout(() => { write('y\\n'); process.exit(7) }, 50) })")
  const ended = once(writer, 'exit')
  writer.stdout.destroy()
  writer.stdin.write('go\n')
  assert.deepEqual(await ended, [7, null])
})
