import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { readJsonFile } from './json-file.ts'

const fileOf = (t: TestContext, content: string | Buffer): string => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-json-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'usher.json'), content)
  return join(folder, 'usher.json')
}

const problemIn = (file: string): string => {
  try {
    readJsonFile(file)
  } catch (error) {
    assert.ok(error instanceof UsherError && error.code === 'settings_invalid')
    assert.equal(error.cause, undefined, 'nor is it in what a log would say')
    return String(error.detail['problem'])
  }
  assert.fail('it was read')
}

test('a file is read as editors write it: with a byte order mark, and other ends of lines', (t) => {
  assert.deepEqual(readJsonFile(fileOf(t, '\ufeff{\r\n"organization": "Universität"\r\n}\r\n')), { organization: 'Universität' })
})

for (const [encoding, content] of [
  ['Latin-1', Buffer.from('{"organization": "Universität"}', 'latin1')],
  ['UTF-16', Buffer.from('\ufeff{"organization": "contoso"}', 'utf16le')],
] as const)
  test(`a file in ${encoding} is refused: its letters would be others`, (t) => {
    assert.equal(problemIn(fileOf(t, content)), 'the file is not UTF-8')
  })

const KEY = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA='

for (const written of [
  KEY,
  `"${KEY}`,
  `{"a": ${KEY}}`,
  `{"database": postgres://u:${KEY}@h/d"}`,
  `{"a": "${KEY}" ${KEY}}`,
  `{"a": "${KEY}\n"}`,
])
  test(`a file that is no JSON is refused without a word of it: ${written.replaceAll(KEY, 'KEY').trim()}`, (t) => {
    const problem = problemIn(fileOf(t, written))
    assert.match(problem, /^the file is not JSON: \S/)
    for (let at = 0; at + 3 <= KEY.length; at += 1) assert.ok(!problem.includes(KEY.slice(at, at + 3)), problem)
  })
