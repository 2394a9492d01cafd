export type Site = 'login' | 'graph' | 'service' | 'google' | 'linkedin' | 'facebook' | 'github' | 'control'

/** One exchange with one site, as it went over the wire. Passwords and client secrets are blanked. */
export interface JournalEntry {
  readonly number: number
  /** Milliseconds since the epoch, when the request came in. */
  readonly at: number
  readonly site: Site
  readonly method: string
  readonly path: string
  /** With its leading `?`, or empty. */
  readonly query: string
  readonly requestHeaders: Readonly<Record<string, string>>
  /** Parsed when it was JSON or a form, else text; undefined when there was none. */
  readonly requestBody?: unknown
  readonly status: number
  readonly responseHeaders: Readonly<Record<string, string>>
  /** Parsed when it was JSON, else text; undefined when there was none. */
  readonly responseBody?: unknown
}

/** What was asked and answered, the newest `limit` exchanges. */
export interface Journal {
  readonly record: (entry: Omit<JournalEntry, 'number'>) => void
  readonly entries: (site?: Site) => readonly JournalEntry[]
  readonly clear: () => void
}

const A_DAY_OF_TESTS = 20_000

export const createJournal = (limit = A_DAY_OF_TESTS): Journal => {
  let kept: JournalEntry[] = []
  let count = 0
  return {
    record: (entry) => {
      count += 1
      kept.push({ number: count, ...entry })
      // Trimmed by half at a time, so that recording stays cheap.
      if (kept.length > limit) kept = kept.slice(-Math.ceil(limit / 2))
    },
    entries: (site) => (site === undefined ? [...kept] : kept.filter((entry) => entry.site === site)),
    clear: () => {
      kept = []
    },
  }
}
