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
  const skipped = new Map<string, number>()
  const counts = new Map<string, number>()
  const failures: string[] = []
  const open = new Set<string>()
  const said = new Map<string, string>()
  let passed = 0
  const fail = (text: string) => {
    failures.push(text)
    failing(text)
  }
  const judge = (line: Line, error: Error | undefined) => {
    if (line.details.type === 'suite') return
    const isFile = line.name === line.file
    if (error && isFile) return fail(`✖ ${place(line)}\n${said.get(line.name) ?? causeOf(error)}`)
    if (error) return fail(`✖ ${place(line)}\n${causeOf(error)}`)
    if (isFile) return fail(`✖ ${place(line)}\nthe file ran no test`)
    const left = line.skip ?? line.todo
    if (left === undefined || left === false) passed += 1
    else add(skipped, left === true || left === '' ? 'no reason given' : left, 1)
  }
  for await (const { type, data } of events) {
    if (type === 'test:start' && data.file) open.add(data.file)
    if (type === 'test:stderr') said.set(data.file, `${said.get(data.file) ?? ''}${data.message}`.slice(-MOST_SAID))
    if (type === 'test:pass') judge(data, undefined)
    if (type === 'test:fail') judge(data, data.details.error)
    // A file is done when it sums itself up, or when it is judged as a whole because it never got that far.
    if (type === 'test:summary' && data.file) open.delete(data.file)
    if ((type === 'test:pass' || type === 'test:fail') && data.name === data.file) open.delete(data.name)
    if (type === 'test:diagnostic') count(counts, data.message)
  }
  for (const file of open) fail(`✖ ${relative(process.cwd(), file)}\nthe file ended before its tests did`)
  return { passed, failed: failures.length, skipped, counts, failures }
}

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

const count = (counts: Map<string, number>, message: string): void => {
  const [, figure, what] = /^count (\d+) (.+)$/.exec(message) ?? []
  if (figure && what) add(counts, what, Number(figure))
}

const add = (sums: Map<string, number>, key: string, more: number): void => void sums.set(key, (sums.get(key) ?? 0) + more)

/** The last line of a run; it names what was left out. */
export const closingLine = ({ passed, failed, skipped }: Tally): string => {
  const total = [...skipped.values()].reduce((sum, one) => sum + one, 0)
  const what = total > 0 ? `, ${total} skipped: ${[...skipped.keys()].join('; ')}` : ''
  return `${passed} passed, ${failed} failed${what}`
}

/** A run in which nothing ran has shown nothing. */
export const exitCodeOf = ({ passed, failed }: Tally): number => (failed > 0 || passed === 0 ? 1 : 0)
