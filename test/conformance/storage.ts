import type { TestContext } from 'node:test'
import type { Storage } from '../../src/storage/storage.ts'
import { isolation } from './storage/isolation.ts'
import { lifecycle } from './storage/lifecycle.ts'
import { stalls } from './storage/stalls.ts'
import { statements } from './storage/statements.ts'
import { type It, itOn } from './storage/tables.ts'
import { units } from './storage/units.ts'

/** What every database does, whichever it is. `open` opens the one database of the test, any number of times. */
export const storageConformance = (name: string, open: (t: TestContext) => Promise<() => Promise<Storage>>): void => {
  const it: It = itOn(name, open)
  units(it)
  isolation(it)
  stalls(it)
  statements(it)
  lifecycle(it)
}
