import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

/** What a run amounts to. Only what a test file registered counts: a file that ran no test is a failure, not a pass. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Reason → how many tests were left out for it. */
  readonly skipped: ReadonlyMap<string, number>
  /** What tests counted for the summary (`t.diagnostic('count 12 Graph exchanges')`), added up. */
  readonly counts: ReadonlyMap<string, number>
  /** How long each file took, in milliseconds. */
  readonly files: ReadonlyMap<string, number>
  /** One paragraph for each failure, in the order they came. */
  readonly failures: readonly string[]
}

interface Line {
  readonly name: string
  readonly nesting: number
  readonly file?: string | undefined
  readonly skip?: string | boolean | undefined
  readonly todo?: string | boolean | undefined
  readonly details: { readonly type?: string | undefined; readonly error?: Error }
}

/** How much of a failing file's own last words are shown, in characters. */
const MOST_SAID = 4_000

/** Reads the events of `run()` from node:test; `failing` hears of each failure at once. */
export const tallyOf = async (events: AsyncIterable<TestEvent>, failing: (text: string) => void = () => undefined): Promise<Tally> => {
  const failures: string[] = []
  const fail = (text: string): void => {
    failures.push(text)
    failing(text)
  }
  const results = collected(fail)
  const files = openFiles()
  for await (const event of events) {
    files.see(event)
    results.see(event, files.lastWords)
  }
  for (const file of files.unfinished()) fail(`✖ ${relative(process.cwd(), file)}\nthe file ended before its tests did`)
  return { ...results.sums(), failed: failures.length, files: files.durations(), failures }
}

const collected = (fail: (text: string) => void) => {
  const skipped = new Map<string, number>()
  const counts = new Map<string, number>()
  let passed = 0
  const leave = (reason: string | boolean) => add(skipped, reason === true || reason === '' ? 'no reason given' : String(reason), 1)
  const judged = {
    pass: (line: Line): void => {
      if (line.details.type === 'suite') return
      if (line.name === line.file) return fail(`✖ ${place(line)}\nthe file ran no test`)
      const left = line.skip ?? line.todo
      if (left === undefined || left === false) passed += 1
      else leave(left)
    },
    fail: (line: Line & { readonly details: { readonly error: Error } }, lastWords: string | undefined): void => {
      if (line.details.type !== 'suite') fail(`✖ ${place(line)}\n${lastWords ?? causeOf(line.details.error)}`)
    },
    count: (message: string): void => {
      const [, figure, what] = /^count (\d+) (.+)$/.exec(message) ?? []
      if (figure && what) add(counts, what, Number(figure))
    },
  }
  return {
    see: ({ type, data }: TestEvent, lastWords: (file: string) => string | undefined): void => {
      if (type === 'test:pass') judged.pass(data)
      if (type === 'test:fail') judged.fail(data, data.name === data.file ? lastWords(data.name) : undefined)
      if (type === 'test:diagnostic') judged.count(data.message)
    },
    sums: () => ({ passed, skipped, counts }),
  }
}

/** Which files have begun and not come to their end, how long the others took, and what each said on standard error. */
const openFiles = () => {
  const open = new Set<string>()
  const said = new Map<string, string>()
  const durations = new Map<string, number>()
  const seeFile = (file: string, { type, data }: TestEvent): void => {
    if (type === 'test:dequeue') open.add(file)
    if (type === 'test:complete') durations.set(file, data.details.duration_ms)
    // Judged as a whole: it never came to sum itself up.
    if (type === 'test:pass' || type === 'test:fail') open.delete(file)
  }
  return {
    see: (event: TestEvent): void => {
      const { type, data } = event
      if (type === 'test:stderr') said.set(data.file, `${said.get(data.file) ?? ''}${data.message}`.slice(-MOST_SAID))
      if (type === 'test:summary') open.delete(data.file ?? '')
      const file = fileOf(event)
      if (file) seeFile(file, event)
    },
    lastWords: (file: string) => said.get(file),
    unfinished: () => [...open],
    durations: () => durations,
  }
}

/** The file that an event is about as a whole. Tests are placed where they are written, which may be a suite's own file. */
const fileOf = ({ data }: TestEvent): string | undefined => (data && 'name' in data && data.name === data.file ? data.file : undefined)

const place = ({ name, file }: Line): string => {
  const where = file ? relative(process.cwd(), file) : ''
  return name === file ? where : `${name}${where && ` (${where})`}`
}

/** The innermost error: node:test wraps what a test threw. */
const causeOf = (error: Error): string => {
  const inner = error.cause
  if (inner instanceof Error) return inner.stack ?? inner.message
  return inner === undefined ? error.message : String(inner)
}

const add = (sums: Map<string, number>, key: string, more: number): void => void sums.set(key, (sums.get(key) ?? 0) + more)

/** The last line of a run; it names what this machine or its user left out as a whole. */
export const closingLine = ({ passed, failed, skipped }: Tally, leftOut: readonly string[]): string => {
  const total = [...skipped.values()].reduce((sum, one) => sum + one, 0)
  const named = leftOut.length > 0 ? `, not run: ${leftOut.join('; ')}` : ''
  return `${passed} passed, ${failed} failed${total > 0 ? `, ${total} skipped` : ''}${named}`
}

/** A run in which nothing ran has shown nothing. */
export const exitCodeOf = ({ passed, failed }: Tally): number => (failed > 0 || passed === 0 ? 1 : 0)
