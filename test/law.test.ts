import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { cruise, overlooked } from './checks/law.ts'

const tree = join(import.meta.dirname, 'law')

test('the law bites: a value import, a type import and a cycle, and nothing else', async () => {
  const { violations } = await cruise(tree, ['src'])
  const found = violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`).sort()
  assert.deepEqual(found, [
    'no-cycles: src/lib/egg.ts → src/lib/hen.ts',
    'plug-ins-never-meet: src/connections/door.ts → src/storage/key-table.ts',
    'plug-ins-never-meet: src/tokens/stamp.ts → src/storage/key-table.ts',
  ])
})

test('a file that was not cruised is noticed', async () => {
  const { modules } = await cruise(tree, ['src/lib'])
  assert.deepEqual(overlooked(['src/lib/egg.ts', 'src/connections/door.ts'], modules), ['src/connections/door.ts'])
})
