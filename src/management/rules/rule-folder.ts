import { posix } from 'node:path'
import { z } from 'zod'
import type { ExportFiles } from '../auth0/export-files.ts'
import type { Findings } from '../auth0/findings.ts'
import { parseScript } from './parse-script.ts'
import { isRuleName } from './rule-name.ts'
import type { WantedRule } from './wanted-rules.ts'

/** `NAME.json` beside `NAME.js`: what a script cannot say of itself. */
const description = z.strictObject({
  name: z.string().refine(isRuleName, 'not a name for a rule').optional(),
  kind: z.enum(['rule', 'action']).optional(),
  enabled: z.boolean().optional(),
  order: z.int().min(0).optional(),
  legacyGlobals: z.boolean().optional(),
  hosts: z.array(z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'a host such as api.example.com or *.example.com')).optional(),
})

type Description = z.infer<typeof description>

/** Rules as files of a folder: scripts, each with an optional description. Everything wrong is told, with its place. */
export const readRuleFolder = (files: ExportFiles, findings: Findings): readonly WantedRule[] => {
  const scripts = files.paths.filter((path) => /^[^/]+\.js$/.test(path))
  if (scripts.length === 0) findings.add('problem', 'there is no .js file in the folder')
  const rules = scripts.flatMap((path) => readRule(path, files, findings) ?? [])
  for (const [index, { name, kind }] of rules.entries())
    if (rules.findIndex((one) => one.name === name && one.kind === kind) !== index)
      findings.add('problem', `there are two ${kind}s ${name}`)
  return rules
}

const readRule = (path: string, files: ExportFiles, findings: Findings): WantedRule | undefined => {
  try {
    const script = files.read(path)
    const beside = path.replace(/\.js$/, '.json')
    const said = files.paths.includes(beside) ? describedBy(files.read(beside), beside) : {}
    const { name = posix.basename(path, '.js'), kind = kindOf(script), ...rest } = said
    if (!isRuleName(name)) throw new Error('its name is none for a rule')
    assertScript(script, kind)
    return { name, kind, script, ...rest }
  } catch (error) {
    findings.add('problem', error instanceof Error ? error.message : String(error), path)
    return undefined
  }
}

const describedBy = (text: string, file: string): Description => {
  const parsed = description.safeParse(JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new Error(`${file}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`)
}

/** What a script is, as far as it shows. */
export const kindOf = (script: string): 'rule' | 'action' => (/\bexports\s*\.\s*onExecutePostLogin\b/.test(script) ? 'action' : 'rule')

/** Throws a sentence with line and column for a script that cannot be understood. */
export const assertScript = (script: string, kind: 'rule' | 'action'): void => {
  const parsed = parseScript(script, kind)
  if ('problem' in parsed) throw new Error(`line ${parsed.problem.line}, column ${parsed.problem.column}: ${parsed.problem.message}`)
}

/** Whether a script can be one of this kind. What is one function and nothing else exports nothing, so it is no action's. */
export const isScriptOf = (script: string, kind: 'rule' | 'action'): boolean => {
  const isRule = !('problem' in parseScript(script, 'rule'))
  return kind === 'rule' ? isRule : !isRule && !('problem' in parseScript(script, 'action'))
}

type Filed = WantedRule & { readonly order: number; readonly enabled: boolean }

/** Rules as files by name: scripts, and what a script cannot say. */
export const filesOf = (rules: readonly Filed[]): Readonly<Record<string, string>> => {
  const files = new Map<string, string>()
  const taken = new Set<string>()
  for (const rule of rules) {
    const base = freeName(rule, taken)
    // File systems that take a for A would have one file for two rules.
    taken.add(base.toLowerCase())
    files.set(`${base}.js`, rule.script).set(`${base}.json`, `${JSON.stringify(descriptionOf(rule, base), null, 2)}\n`)
  }
  return Object.fromEntries(files)
}

/** File systems have 255 bytes for a name. */
const MOST_NAME_BYTES = 200

/** The rule's name as a file can have it. Somebody may have called another rule just so. */
const freeName = ({ name, kind, order }: Filed, taken: ReadonlySet<string>): string => {
  const plain = shortened(name.replace(/[^\p{L}\p{N} ._-]/gu, '_'))
  let base = plain
  for (let n = 1; taken.has(base.toLowerCase()); n += 1) base = `${plain} ${kind} ${order}${n === 1 ? '' : ` (${n})`}`
  return base
}

const shortened = (name: string): string => {
  let short = name
  while (Buffer.byteLength(short) > MOST_NAME_BYTES) short = [...short].slice(0, -1).join('')
  return short.trimEnd()
}

const descriptionOf = ({ name, kind, script, order, enabled, legacyGlobals, hosts }: Filed, base: string): Description => ({
  ...(base !== name && { name }),
  ...(kind !== kindOf(script) && { kind }),
  enabled,
  order,
  ...(legacyGlobals !== (kind === 'rule') && { legacyGlobals }),
  ...(hosts && { hosts: [...hosts] }),
})
