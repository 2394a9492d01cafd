// `npm run check`: everything a machine can say about the sources without running them. CI runs exactly this.
import { exceptions } from './checks/exceptions.ts'
import { type Check, judgedByTool } from './checks/finding.ts'
import { law } from './checks/law.ts'
import { size } from './checks/size.ts'
import { vocabulary } from './checks/vocabulary.ts'

const checks: Readonly<Record<string, Check>> = {
  types: () => judgedByTool('TypeScript, strict', 'typescript-7/bin/tsc', ['-p', '.']),
  lint: () =>
    judgedByTool('Biome, rules and format', '@biomejs/biome/bin/biome', ['check', '--max-diagnostics=200', '--error-on-warnings', '.']),
  law,
  unused: () => judgedByTool('knip: code, exports, packages', 'knip/bin/knip.js', ['--no-progress']),
  exceptions,
  vocabulary,
  size,
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** True when it holds. */
const judged = async (name: string, check: Check): Promise<boolean> => {
  const startedAt = performance.now()
  const { looked, problems } = await check()
  const holds = problems.length === 0
  say(`${holds ? '✓' : '✖'} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s): ${looked}`)
  for (const problem of problems) say(`  ${problem}`)
  return holds
}

const main = async (wanted: readonly string[]): Promise<number> => {
  const broken: string[] = []
  for (const [name, check] of Object.entries(checks)) {
    const isWanted = wanted.length === 0 || wanted.includes(name)
    if (isWanted && !(await judged(name, check))) broken.push(name)
  }
  say(broken.length === 0 ? 'Everything holds.' : `Does not hold: ${broken.join(', ')}.`)
  return broken.length === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
