import type { Migration } from '../migrate.ts'
import * as theBeginning from './0001-the-beginning.ts'
import * as rules from './0002-rules.ts'

/** Every migration there is, in order. */
export const migrations: readonly Migration[] = [
  { name: '0001-the-beginning', breaking: theBeginning.breaking, up: theBeginning.up },
  { name: '0002-rules', breaking: rules.breaking, up: rules.up },
]
