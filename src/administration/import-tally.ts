import type { Line } from '#management/auth0/users/lines.ts'
import { linesIn } from './import-lines.ts'

/** What became of a file of people. */
export interface Tally {
  readonly added: number
  /** They were here, and something of theirs was not. */
  readonly completed: number
  readonly same: number
  /** All lines that came to nothing; of many, the first are listed. */
  readonly refused: number
  readonly problems: readonly { readonly line: number; readonly text: string }[]
}

const BATCH = 200
const MOST_LISTED = 1_000
const TOLD_EVERY = 10_000

/** `same` when everything was here already; a conflict leaves everything as it was. */
export type Outcome = 'added' | 'completed' | 'same' | { readonly conflict: string }

export interface Work<T> {
  /** Throws a sentence. */
  readonly read: (text: string) => T
  readonly write: (all: readonly T[]) => Promise<readonly Outcome[]>
  /** Told how many lines are done, now and again. */
  readonly progress?: ((lines: number) => void) | undefined
}

/** A file of any size, a few hundred lines at a time. Throws `settings_invalid` when it cannot be read. */
export const eachBatch = async <T>(file: string, { read, write, progress }: Work<T>): Promise<Tally> => {
  const tally = counter()
  let batch: { readonly line: number; readonly value: T }[] = []
  const flush = async (): Promise<void> => {
    const outcomes = await write(batch.map(({ value }) => value))
    for (const [index, { line }] of batch.entries()) tally.count(line, outcomes[index] ?? 'same')
    batch = []
  }
  for await (const line of linesIn(file)) {
    const value = readOr(line, read)
    if ('conflict' in value) tally.count(line.number, value)
    else batch.push({ line: line.number, value: value.read })
    if (batch.length >= BATCH) await flush()
    if (line.number % TOLD_EVERY === 0) progress?.(line.number)
  }
  await flush()
  return tally.total()
}

const readOr = <T>({ text }: Line, read: (text: string) => T): { readonly read: T } | { readonly conflict: string } => {
  if (text === undefined) return { conflict: 'the line is longer than 1 MB' }
  try {
    return { read: read(text) }
  } catch (error) {
    return { conflict: error instanceof Error ? error.message : String(error) }
  }
}

const counter = () => {
  const counts = { added: 0, completed: 0, same: 0, refused: 0 }
  const problems: { readonly line: number; readonly text: string }[] = []
  return {
    count: (line: number, outcome: Outcome): void => {
      if (typeof outcome === 'string') counts[outcome] += 1
      else counts.refused += 1
      if (typeof outcome !== 'string' && problems.length < MOST_LISTED) problems.push({ line, text: outcome.conflict })
    },
    total: (): Tally => ({ ...counts, problems: problems.toSorted((one, other) => one.line - other.line) }),
  }
}
