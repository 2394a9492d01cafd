import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { createLog, scrub } from './log.ts'

const written = (act: (log: ReturnType<typeof createLog>) => void): readonly Record<string, unknown>[] => {
  const lines: string[] = []
  act(createLog({ to: { write: (line) => void lines.push(line) } }))
  return lines.map((line) => JSON.parse(line))
}

test('an event is one line with its name, its fields and its short reference', () => {
  const [line] = written((log) => log.info('token_issued', { reference: 'abc', user: 'u1' }))
  assert.equal(line?.event, 'token_issued')
  assert.equal(line?.user, 'u1')
  assert.match(String(line?.short), /^.{4}-.{4}$/)
})

test('a field that is not on the list is dropped', () => {
  const careless = { user: 'u1', password: 'hunter2', email: 'ada@example.com' }
  const text = JSON.stringify(written((log) => log.info('token_issued', careless)))
  assert.ok(text.includes('u1'))
  assert.ok(!text.includes('hunter2') && !text.includes('ada@example.com'))
})

test('an error is written as its code, a scrubbed excerpt and where it came from', () => {
  const cause = new Error('provider said: token=abcdef for ada@example.com at https://x.example/cb?code=123\n    at password:1:1')
  const [line] = written((log) => log.error('visit_failed', { error: new UsherError('connection_unavailable', { cause }) }))
  assert.equal(line?.code, 'connection_unavailable')
  const text = JSON.stringify(line)
  for (const secret of ['abcdef', 'ada@example.com', '123', 'at password:1:1']) assert.ok(!text.includes(secret), secret)
  assert.ok(Array.isArray(line?.at) && String(line.at[0]).includes('log.test.ts'))
})

test('a line end in a field forges no second line', () => {
  const lines: string[] = []
  createLog({ to: { write: (line) => void lines.push(line) } }).info('x', { user: 'a\n{"event":"token_issued"}' })
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.trimEnd().split('\n').length, 1)
})

test('an excerpt is at most 200 printable ASCII characters', () => {
  const text = scrub(`\u0000\u001b[31mé ${'word '.repeat(500)}`)
  assert.ok(text.length <= 200)
  assert.match(text, /^[\x20-\x7e]*$/)
})

test('long runs that may be tokens, bearer values and queries do not survive', () => {
  const text = scrub(`Bearer abc.def ${'A1b2'.repeat(10)} https://x.example/a?session=1 password: hunter2`)
  for (const secret of ['abc.def', 'A1b2A1b2', 'session=1', 'hunter2']) assert.ok(!text.includes(secret), text)
})
