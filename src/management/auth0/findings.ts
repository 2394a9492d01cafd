/** Something to tell whoever brings an export. */
export interface Finding {
  /**
   * `problem`: nothing is written while it stands. `needs`: it comes over and wants something from an administrator.
   * `left`: it does not come over. `note`: good to know.
   */
  readonly kind: 'problem' | 'needs' | 'left' | 'note'
  /** The file it is about, from the root of the export. */
  readonly file?: string
  readonly text: string
}

/** Collects what there is to tell, so that one bad file hides no other. */
export interface Findings {
  readonly add: (kind: Finding['kind'], text: string, file?: string) => void
  readonly all: () => readonly Finding[]
}

/** An export names things as it likes, and a terminal does what it is told. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const LONGEST = 2_000

const printable = (text: string): string => text.replace(UNPRINTABLE, '\uFFFD').slice(0, LONGEST)

export const createFindings = (): Findings => {
  const all = new Map<string, Finding>()
  return {
    add: (kind, said, at) => {
      const text = printable(said)
      const file = at === undefined ? undefined : printable(at)
      all.set(JSON.stringify([kind, text, file]), { kind, text, ...(file !== undefined && { file }) })
    },
    all: () => [...all.values()],
  }
}
