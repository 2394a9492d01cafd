import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { isServerLocked, lockServer } from './server-lock.ts'

test('a database is locked whatever path leads to it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-sqlite-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'real', 'usher.db')
  mkdirSync(join(folder, 'real'))
  writeFileSync(file, '')
  symlinkSync(file, join(folder, 'link.db'))
  symlinkSync(join(folder, 'real'), join(folder, 'folder'))
  const paths = [file, join(folder, 'link.db'), join(folder, 'folder', 'usher.db')]
  for (const path of paths) {
    const unlock = lockServer(path)
    for (const other of paths) {
      assert.throws(
        () => lockServer(other),
        (error) => error instanceof UsherError && error.code === 'storage_unavailable',
      )
      assert.equal(isServerLocked(other), true, other)
    }
    unlock()
    for (const other of paths) assert.equal(isServerLocked(other), false, other)
  }
  assert.deepEqual(readdirSync(folder).sort(), ['folder', 'link.db', 'real'])
})
