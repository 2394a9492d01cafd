import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readForm } from './forms.ts'

test('a form keeps what was sent beside what it reads as', () => {
  const { form, rawForm } = readForm('wctx=LoginOptions%3D3%26estsredirect%3d2+x&empty=&%C3%A9=%E2%82%AC')
  assert.equal(form.get('wctx'), 'LoginOptions=3&estsredirect=2 x')
  assert.equal(form.get('empty'), '')
  assert.equal(form.get('é'), '€')
  assert.ok(rawForm.startsWith('wctx=LoginOptions%3D3%26estsredirect%3d2+x&'))
})

test('eight kilobytes of every printable character come back byte for byte', () => {
  const text = Array.from({ length: 8_192 }, (_, index) => String.fromCharCode(0x20 + (index % 95))).join('')
  assert.equal(readForm(`wctx=${encodeURIComponent(text)}`).form.get('wctx'), text)
})

test('what would change while it is decoded is refused', () => {
  const broken = ['a=%ff', 'a=%C3', 'a=%C3&b=%A9', 'a=%ed%a0%80', 'a=%c0%af', 'a=é', 'a=b\r\nc=d', 'a=\u0000']
  for (const body of broken) assert.throws(() => readForm(body), { code: 'request_malformed' }, body)
})

test('a percent sign that escapes nothing stays what it is', () => {
  assert.equal(readForm('a=100%&b=%zz').form.get('a'), '100%')
})

test('a form has five hundred pairs at most', () => {
  const pairs = (count: number) => Array.from({ length: count }, () => 'a').join('&')
  assert.equal(readForm(pairs(500)).form.size, 500)
  for (const count of [501, 150_000]) assert.throws(() => readForm(pairs(count)), { code: 'request_malformed' }, String(count))
})
