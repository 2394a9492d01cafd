import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { declaredRoutes } from '../support/management.ts'

const manual = readFileSync(join(import.meta.dirname, '../../docs/reference/management-api.md'), 'utf8')

test('the manual of the Management API has every route with its scope, and no other', () => {
  const written = [...manual.matchAll(/^\| `(\w+ \/\S+)` \| `([\w:]+)` \|/gm)].map(([, route, scope]) => [route, scope])
  const declared = declaredRoutes().map(({ method, path, scope }) => [`${method} ${path}`, scope])
  assert.deepEqual(written.sort(), declared.sort())
})
