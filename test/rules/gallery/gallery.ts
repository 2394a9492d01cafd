import { calling } from './calling.ts'
import { deciding } from './deciding.ts'
import type { Entry } from './entry.ts'
import { odd } from './odd.ts'
import { saying } from './saying.ts'

/** Rules as they are found in the wild, all of our own writing, and what must come of them wherever they run. */
export const gallery: readonly Entry[] = [...deciding, ...saying, ...calling, ...odd]
