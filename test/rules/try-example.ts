import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry } from './gallery/entry.ts'
import { tryInProcess } from './gallery/in-process.ts'

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'rules')

/** Makes a test of every situation in which a rule of `examples/rules` is met. */
export const tryExample = (situations: readonly Entry[]): Promise<void> =>
  tryInProcess(situations, (rule) => readFileSync(join(EXAMPLES, `${rule}.js`), 'utf8'))
