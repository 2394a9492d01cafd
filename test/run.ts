// `npm test`: every *.test.ts beside the sources, in examples/ and in test/, except what asks for more than npm gives or
// takes long. `npm test -- interop` runs test/interop (needs Debian packages), `npm test -- thorough` attacks, faults,
// browsers, the command line, imports, rules and programs, `npm test -- FILE|FOLDER …` what is named. CI runs all three.
import { globSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { run } from 'node:test'
import { withoutBrowser } from './support/chromium.ts'
import { SHARED_SERVER, startServer, withoutPostgres } from './support/postgres.ts'
import { closingLine, exitCodeOf, type Tally, tallyOf } from './support/tally.ts'

const TWO_CORES = 2
const SLOW_MS = 10_000
const root = resolve(import.meta.dirname, '..')
const watchdog = join(import.meta.dirname, 'support', 'watchdog.ts')

const main = async (args: readonly string[]): Promise<number> => {
  const startedAt = performance.now()
  const files = chosen(args)
  say(`Running ${files.length} test files on Node ${process.versions.node} …`)
  const postgres = await sharedServer()
  const events = run({ files, concurrency: args[0] === 'interop' ? 1 : TWO_CORES, cwd: root, execArgv: ['--import', watchdog] })
  const tally = await tallyOf(events, say)
  await postgres?.stop()
  for (const [what, total] of tally.counts) say(`${total} ${what}`)
  for (const [file, ms] of slowest(tally)) say(`${(ms / 1000).toFixed(0).padStart(4)} s  ${relative(root, file)}`)
  say(`${files.length} files in ${Math.round((performance.now() - startedAt) / 1000)} s`)
  for (const [reason, total] of tally.skipped) say(`${total} skipped: ${reason}`)
  say(closingLine(tally, leftOut))
  return exitCodeOf(tally)
}

const chosen = (args: readonly string[]): readonly string[] => {
  if (args[0] === 'interop') return named('test/interop')
  if (args[0] === 'thorough') return THOROUGH.flatMap(named)
  if (args.length > 0) return args.flatMap(named)
  const others = new Set(['test/interop', ...THOROUGH].flatMap(named))
  return found('{src,emulator,test,examples}/**/*.test.ts').filter((file) => !others.has(file))
}

/** Attacks, faults, browsers, the command line, whole imports, rules and programs: what takes minutes or processes of its own. */
const THOROUGH = ['test/attacks', 'test/browser', 'test/cli', 'test/faults', 'test/import', 'test/management', 'test/rules']

const named = (name: string): readonly string[] => found(name.endsWith('.ts') ? name : `${name}/**/*.test.ts`)

const found = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: root })
    .map((file) => join(root, file))
    .sort()

/** One server for the run. Where it cannot start, the tests that need it say so themselves, and fail. */
const sharedServer = async () => {
  if (withoutPostgres) return undefined
  try {
    const server = await startServer({ durable: false })
    process.env[SHARED_SERVER] = server.url
    return server
  } catch (error) {
    say(String(error))
    return undefined
  }
}

const leftOut = [withoutPostgres, withoutBrowser].filter((reason) => reason !== false)

/** The files that take longest, where they take long. */
const slowest = ({ files }: Tally): readonly (readonly [string, number])[] =>
  [...files]
    .filter(([, ms]) => ms > SLOW_MS)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12)

const say = (line: string): void => void process.stdout.write(`${line}\n`)

process.exitCode = await main(process.argv.slice(2))
