import type { Migration } from '../migrate.ts'
import * as theBeginning from './0001-the-beginning.ts'

/** Every migration there is, in order. */
export const migrations: readonly Migration[] = [{ name: '0001-the-beginning', breaking: theBeginning.breaking, up: theBeginning.up }]
