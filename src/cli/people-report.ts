import type { Desk } from './common.ts'
import { say } from './report.ts'

export type PeopleTally = Awaited<ReturnType<Desk['importPeople']>>
export type Tally = Awaited<ReturnType<Desk['importPasswords']>>

export interface OfFile<T extends Tally> {
  readonly file: string
  readonly tally: T
}

/** Several files as one; where there is more than one, lines are told with theirs. */
export const together = (all: readonly OfFile<Tally>[]): Tally => ({
  added: sum(all, ({ added }) => added),
  completed: sum(all, ({ completed }) => completed),
  same: sum(all, ({ same }) => same),
  refused: sum(all, ({ refused }) => refused),
  problems: all.flatMap(({ file, tally }) => tally.problems.map((one) => (all.length > 1 ? { file, ...one } : one))),
})

export const peopleTogether = (all: readonly OfFile<PeopleTally>[]): PeopleTally => ({
  ...together(all),
  accounts: sum(all, ({ accounts }) => accounts),
  unlinked: sum(all, ({ unlinked }) => unlinked),
})

const sum = <T extends Tally>(all: readonly OfFile<T>[], of: (tally: T) => number): number =>
  all.reduce((total, { tally }) => total + of(tally), 0)

const MOST_SHOWN = 20

/** What became of files of people, and the first lines that came to nothing. */
export const sayTally = (what: string, all: readonly OfFile<Tally>[], isDryRun: boolean): void => {
  const lines = all.flatMap(({ file, tally }) =>
    tally.problems.map(({ line, text }) => `${all.length > 1 ? `${file}, ` : ''}line ${line}: ${text}`),
  )
  const { added, completed, same, refused } = together(all)
  for (const line of lines.slice(0, MOST_SHOWN)) say(`  ✗ ${line}`)
  if (refused > MOST_SHOWN) say(`  … and ${refused - MOST_SHOWN} more; --json lists up to 1,000 of a file`)
  if (isDryRun) return say(`${what}: ${same} can be read, ${refused} cannot. Nothing was written.`)
  if (added + completed === 0 && refused === 0) return say(`✓ ${what}: already so, ${same} were here`)
  return say(`${refused === 0 ? '✓' : '!'} ${what}: ${added} added, ${completed} completed, ${same} were here, ${refused} refused`)
}

const NO_ACCOUNTS =
  'none of them has an account in the file. If your rules made accounts in Microsoft 365, export `app_metadata`, too: without it everybody gets another'

/** The same, and what came with them that nobody would miss before it is too late. */
export const sayPeople = (all: readonly OfFile<PeopleTally>[], isDryRun: boolean): void => {
  sayTally('people', all, isDryRun)
  const { added, completed, same, accounts, unlinked } = peopleTogether(all)
  if (accounts > 0) say(`  ${accounts} of them with the account they have in Microsoft 365`)
  else if (added + completed + same > 0) say(`  ! ${NO_ACCOUNTS}`)
  if (unlinked > 0) say(`  ! ${unlinked} linked identities were left out: their connections are not here. Bring those, and import again`)
}
