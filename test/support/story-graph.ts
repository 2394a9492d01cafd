import assert from 'node:assert/strict'
import type { Journal } from '../../emulator/journal.ts'
import { graphSchemaLog, journaledExchange } from './graph-schema.ts'

/** Every exchange with Graph so far held to Microsoft's published schema; answers how many there were. */
export const assertGraphHeldToItsSchema = (journal: Journal): number => {
  const log = graphSchemaLog()
  for (const entry of journal.entries('graph')) log.check(journaledExchange(entry))
  assert.deepEqual(log.problems(), [])
  assert.equal(log.count().skipped, 0)
  return log.count().validated
}
