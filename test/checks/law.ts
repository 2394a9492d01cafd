import { globSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Finding, ROOT, runTool } from './finding.ts'

const report = z.object({
  modules: z.array(z.object({ source: z.string(), couldNotResolve: z.boolean().optional() })),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string() })) }),
  }),
})

export interface Cruise {
  /** Every module seen, by path. */
  readonly modules: readonly string[]
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string; readonly advice: string }[]
}

/** Holds a tree to the project's import law; `tree` has its own `package.json` and `tsconfig.json`. */
export const cruise = async (tree: string, folders: readonly string[]): Promise<Cruise> => {
  const program = 'dependency-cruiser/bin/dependency-cruiser.mjs'
  const args = ['--config', join(ROOT, '.dependency-cruiser.mjs'), '--output-type', 'json', ...folders]
  const { stdout, output } = await runTool(program, args, tree)
  const read = report.safeParse(parse(stdout))
  if (!read.success) throw new Error(`dependency-cruiser did not answer with a report:\n${output}`)
  const { modules, summary } = read.data
  const advice = new Map(summary.ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]))
  return {
    modules: modules.filter((one) => !one.couldNotResolve).map((one) => one.source),
    violations: summary.violations.map(({ from, to, rule }) => ({ rule: rule.name, from, to, advice: advice.get(rule.name) ?? '' })),
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A cruise that overlooked files has shown nothing: with the wrong TypeScript it reads no module and finds no fault. */
export const overlooked = (files: readonly string[], modules: readonly string[]): readonly string[] => {
  const seen = new Set(modules)
  return files.filter((file) => !seen.has(file))
}

export const law = async (): Promise<Finding> => {
  const files = globSync('{src,emulator}/**/*.ts', { cwd: ROOT })
  const { modules, violations } = await cruise(ROOT, ['src', 'emulator'])
  return {
    looked: `${modules.length} modules`,
    problems: [
      ...overlooked(files, modules).map((file) => `${file}: not cruised, so nothing is known of it`),
      ...violations.map(({ rule, from, to, advice }) => `${from} → ${to}: ${rule}. ${advice}`),
    ],
  }
}
