import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exceptionsOf } from './exceptions.ts'
import { functionsOf, past } from './size.ts'
import { wrong } from './vocabulary.ts'

const source = (...lines: readonly string[]) => ({ path: 'x.ts', text: `${lines.join('\n')}\n`, lines: lines.length })

test('assertions and silenced lines are found, and whether they give a reason', () => {
  const found = exceptionsOf(
    source(
      'const one = {} as Thing',
      'const two = {} as Thing // the parser said so',
      '// What JSON gave has this shape.',
      'const three = {} as Thing',
      'const four = [1] as const',
      `// ${'biome'}-ignore lint/x: needed for the wire`,
      "const five = 'as Thing'",
    ),
  )
  assert.deepEqual(
    found.map(({ place, reason }) => [place, reason]),
    [
      ['x.ts:6', true],
      ['x.ts:1', false],
      ['x.ts:2', true],
      ['x.ts:4', true],
    ],
  )
})

test('functions are measured with their signature, whatever their kind', () => {
  const found = functionsOf(source('const a = () => 1', 'class B {', '  c() {', '    return 1', '  }', '}', 'function d(): void {', '}'))
  assert.deepEqual(
    found.map(({ lines }) => lines),
    [1, 3, 2],
  )
  assert.equal(past('function', found, 2).length, 1)
  assert.equal(past('function', found, 3).length, 0)
})

test('words that are not ours are found in prose, and wire names are left alone', () => {
  for (const line of ['people can log in here', 'the licence', 'its behaviour', 'to organise', 'Azure AD does'])
    assert.equal(wrong(line).length, 1, line)
  for (const line of ["query.get('login_hint')", '/login.srf', 'a log on both sides', 'Azure AD Graph', 'otherwise advised', 'on premises'])
    assert.deepEqual(wrong(line), [], line)
})
