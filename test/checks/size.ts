import ts from 'typescript'
import type { Finding } from './finding.ts'
import { type SourceFile, sourceFiles, walk } from './source-files.ts'

/** Past a limit the check fails; past the budget it says so. */
const LIMITS = { file: 400, fn: 60 } as const
const BUDGET = { fileMedian: 80, fileP95: 250, fnP95: 35, testsPerSource: 1.2 } as const

interface Sized {
  readonly name: string
  readonly lines: number
}

/** How large files and functions are, against the budget of ARCHITECTURE.md. */
export const size = async (): Promise<Finding> => {
  const all = sourceFiles('{src,emulator,test,bench}/**/*.ts')
  const isTest = ({ path }: SourceFile) => /^test\/|[.]test[.]ts$|\/testing(\/|[.]ts$)/.test(path)
  const sources = all.filter((file) => file.path.startsWith('src/') && !isTest(file))
  const houses = all.filter((file) => !isTest(file) && !file.path.startsWith('bench/'))
  const files = houses.map(({ path, lines }) => ({ name: path, lines }))
  const functions = houses.flatMap(functionsOf)
  const ratio = linesOf(all.filter(isTest)) / linesOf(houses)
  const srcFiles = sources.map(({ path, lines }) => ({ name: path, lines }))
  const srcFunctions = sources.flatMap(functionsOf)
  return {
    looked: [
      report('src: file', srcFiles, { median: BUDGET.fileMedian, p95: BUDGET.fileP95, max: LIMITS.file }),
      report('src: function', srcFunctions, { p95: BUDGET.fnP95, max: LIMITS.fn }),
      report('src and emulator: file', files, { median: BUDGET.fileMedian, p95: BUDGET.fileP95, max: LIMITS.file }),
      report('src and emulator: function', functions, { p95: BUDGET.fnP95, max: LIMITS.fn }),
      `test : src and emulator ${ratio.toFixed(2)}${ratio < BUDGET.testsPerSource ? ` (budget ${BUDGET.testsPerSource})` : ''}`,
    ].join('\n  '),
    problems: [...past('file', files, LIMITS.file), ...past('function', functions, LIMITS.fn)],
  }
}

const linesOf = (files: readonly SourceFile[]): number => files.reduce((sum, { lines }) => sum + lines, 0)

export const past = (kind: string, sized: readonly Sized[], limit: number): readonly string[] =>
  sized.filter(({ lines }) => lines > limit).map(({ name, lines }) => `${name}: a ${kind} of ${lines} lines, the limit is ${limit}`)

const report = (what: string, sized: readonly Sized[], budget: Readonly<Record<string, number>>): string => {
  const ordered = sized.map(({ lines }) => lines).sort((a, b) => a - b)
  const figures = { median: quantile(ordered, 0.5), p95: quantile(ordered, 0.95), max: ordered.at(-1) ?? 0 }
  const said = Object.entries(figures).map(([name, figure]) => {
    const most = budget[name]
    return `${name} ${figure}${most !== undefined && figure > most ? ` (budget ${most})` : ''}`
  })
  return `${what} ${said.join(', ')} of ${ordered.length}`
}

const quantile = (ordered: readonly number[], share: number): number =>
  ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? 0

export const functionsOf = (source: SourceFile): readonly Sized[] => {
  const found: Sized[] = []
  walk(source, (node, line, file) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return
    const end = file.getLineAndCharacterOfPosition(node.getEnd()).line + 1
    found.push({ name: `${source.path}:${line}`, lines: end - line + 1 })
  })
  return found
}
