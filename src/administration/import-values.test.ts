import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { valuesIn } from './import-values.ts'

const folder = mkdtempSync(join(tmpdir(), 'usher-values-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const read = (lines: string) => {
  const file = join(folder, 'rules.env')
  writeFileSync(file, lines)
  return valuesIn({ environmentFile: file }).values
}

test('values a line, in quotes where they have lines or # in them; comments', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nabc# =x#y\nA=b#c\n-----END PRIVATE KEY-----'
  assert.deepEqual(read(`# all of it\nA=plain # why\nB="x#y"\nC='#1'\nKEY="${key}"\nD=\nE=#nothing\n`), {
    A: 'plain',
    B: 'x#y',
    C: '#1',
    KEY: key,
    D: '',
    E: '',
  })
})

test('a secret that would be cut is refused, and not said', () => {
  for (const line of ['SECRET=abc#def', 'export SECRET = abc d#ef', 'SECRET=a#'])
    assert.throws(
      () => read(`FINE=1\n${line}\n`),
      (error: unknown) => error instanceof UsherError && error.detail['problem'] === 'line 2: a value with # in it stands in quotes',
      line,
    )
})
