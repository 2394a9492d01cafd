import { isRuleName } from '../rules/rule-name.ts'
import type { Findings } from './findings.ts'
import type { PlannedRule } from './planned.ts'
import { type Found, isText } from './reading.ts'

/** A rule with its order as far as the export tells. */
export interface ReadRule extends Omit<PlannedRule, 'order'> {
  readonly order?: number
  readonly file: string
}

/** Rules of the stage that Usher runs, each name once. */
export const readRules = (all: readonly Found[], findings: Findings): readonly ReadRule[] => {
  const rules = all.flatMap((found) => readRule(found, findings) ?? [])
  const byName = new Map<string, ReadRule>()
  for (const rule of rules) {
    if (byName.has(rule.name)) findings.add('problem', `there are two rules ${rule.name}`, rule.file)
    byName.set(rule.name, rule)
  }
  return [...byName.values()]
}

const readRule = ({ file, value }: Found, findings: Findings): ReadRule | undefined => {
  const { name, script, order, enabled, stage, id } = value
  if (!isText(name) || !isRuleName(name)) return told(findings, 'problem', { file, text: 'a rule without a proper name' })
  if (!isText(script) || script.trim() === '') return told(findings, 'problem', { file, text: `rule ${name} has no script` })
  if (stage !== undefined && stage !== 'login_success')
    return told(findings, 'left', { file, text: `rule ${name}: runs at ${stage}, which Usher does not have` })
  return {
    file,
    name,
    kind: 'rule',
    script,
    enabled: enabled !== false,
    legacyGlobals: true,
    ...(typeof order === 'number' && Number.isFinite(order) && { order }),
    ...(isText(id) && /^rul_[A-Za-z0-9]{4,60}$/.test(id) && { id }),
  }
}

const told = (
  findings: Findings,
  kind: 'problem' | 'left',
  { file, text }: { readonly file: string; readonly text: string },
): undefined => {
  findings.add(kind, text, file)
  return undefined
}

/** Every rule its own place: as the export has it where that tells, then by name. */
export const inOrder = (rules: readonly ReadRule[], after: number): readonly PlannedRule[] => {
  const sorted = rules.toSorted((one, other) => (one.order ?? Infinity) - (other.order ?? Infinity) || (one.name < other.name ? -1 : 1))
  let last = after
  return sorted.map(({ file: _file, order, ...rule }) => {
    last = Math.max(last + 1, order ?? 0)
    return { ...rule, order: last }
  })
}
