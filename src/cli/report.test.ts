import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { print, say, sayError } from './report.ts'

const written = (t: TestContext, stream: NodeJS.WriteStream, work: () => void): string => {
  const write = t.mock.method(stream, 'write', () => true)
  work()
  write.mock.restore()
  return write.mock.calls.map(({ arguments: [text] }) => String(text)).join('')
}

const TRICKS = [
  '\u001b]0;title\u0007',
  '\u009b2J',
  'gone\rhere',
  'one\n✓ another',
  'a\u2028b',
  '\u202egnp.exe',
  '\u0000\u007f',
  '\u2066x\u2069',
]

test('what somebody is called moves nothing on a terminal and makes no line of its own', (t) => {
  for (const trick of TRICKS)
    for (const [stream, tell] of [
      [process.stderr, say],
      [process.stdout, print],
    ] as const) {
      const text = written(t, stream, () => tell(`Dana ${trick}\tguest`))
      assert.match(text, /^Dana [^\p{Cc}\p{Cf}\u2028\u2029]+\tguest\n$/u, JSON.stringify(trick))
    }
})

test('what can be read is written as it is, and JSON stays JSON', (t) => {
  const plain = '✓ Zoë Müller\t李\t🙂 \\ "x" a\u200db'
  assert.equal(
    written(t, process.stdout, () => print(plain)),
    `${plain}\n`,
  )
  for (const trick of TRICKS) {
    const text = written(t, process.stdout, () => print(JSON.stringify({ name: trick })))
    assert.deepEqual(JSON.parse(text), { name: trick })
  }
})

test('a failure nobody foresaw is told with its places, each on a line', (t) => {
  const text = written(t, process.stderr, () => sayError(new Error('no \u001b[31m')))
  assert.match(text, /^✗ Error: no \\u001b\[31m\n {4}at /)
})
