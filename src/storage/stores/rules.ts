import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import { UsherError } from '#kernel/errors.ts'
import type { Rule, RuleId, RuleSettings } from '#kernel/rule.ts'
import type { Secrets } from '#lib/secrets.ts'
import type { RuleVersionsTable, Schema } from '../schema.ts'
import type { Storage } from '../storage.ts'
import type { EventRow } from './events.ts'
import { inShort } from './in-short.ts'
import { ruleDifferences } from './rule-differences.ts'
import { readSettings, writeSettings } from './settings.ts'
import { comparable } from './settings-text.ts'

interface Parts {
  readonly storage: Storage
  readonly sealer: Secrets
  readonly eventRow: EventRow
}

export interface RuleChange {
  /** Who changes it, for the audit. */
  readonly author: string
  readonly at: number
  /** What shall be in force. It may run more than once; versions are counted for it. */
  readonly edit: (current: RuleSettings) => RuleSettings
}

/** A script a rule had or has. */
interface RuleVersion {
  readonly ruleId: RuleId
  readonly version: number
  readonly name: string
  readonly script: string
  readonly author: string
  readonly at: number
  readonly what: 'created' | 'changed'
}

/** Rules live in the settings, so that a sign-in reads all of one piece; every script they ever had is kept beside. */
export const ruleStore = ({ storage: { read, write }, sealer, eventRow }: Parts) => ({
  /**
   * Puts an edit in force as a new revision; no revision when nothing differs. Throws `settings_invalid` when two rules
   * have one id or order.
   */
  change: (change: RuleChange): Promise<RuleSettings> => write((tx) => changeRules(tx, change, { sealer, eventRow })),
  /** The newest first. */
  versions: async (ruleId: RuleId): Promise<readonly RuleVersion[]> => {
    const rows = await versionsOf(read, ruleId).orderBy('version', 'desc').execute()
    return rows.map(versionIn)
  },
  version: async (ruleId: RuleId, version: number): Promise<RuleVersion | undefined> => {
    const row = await versionsOf(read, ruleId).where('version', '=', version).executeTakeFirst()
    return row && versionIn(row)
  },
})

/** The same within a unit. */
export const changeRules = async (
  tx: Kysely<Schema>,
  { author, at, edit }: RuleChange,
  { sealer, eventRow }: Pick<Parts, 'sealer' | 'eventRow'>,
): Promise<RuleSettings> => {
  const current = await readSettings(tx, sealer)
  const next = await counted(tx, current.rules, edit(current.rules))
  if (isDeepStrictEqual(comparable(next), comparable(current.rules))) return current.rules
  assertDistinct(next.rules)
  const revision = current.revision + 1
  await writeSettings(tx, { ...current, rules: next, revision }, sealer)
  const rows = versionRows(current.rules, next).map((row) => ({ ...row, author, at }))
  if (rows.length > 0) await tx.insertInto('rule_versions').values(rows).execute()
  const what = inShort(ruleDifferences(current.rules, next))
  const facts = { by: author, rules: next.rules.length, scripts: rows.length, what }
  const event = eventRow({ type: 'rules_changed', at, reference: `revision ${revision}`, facts })
  await tx.insertInto('events').values(event).execute()
  return next
}

const versionsOf = (read: Kysely<Schema>, ruleId: RuleId) => read.selectFrom('rule_versions').selectAll().where('rule_id', '=', ruleId)

/** In the order they run, each with its version: a script that changed is one further. */
const counted = async (tx: Kysely<Schema>, current: RuleSettings, next: RuleSettings): Promise<RuleSettings> => {
  const rules: Rule[] = []
  for (const rule of next.rules) rules.push({ ...rule, version: await versionOf(tx, current, rule) })
  return { ...next, rules: rules.sort((one, other) => one.order - other.order) }
}

const versionOf = async (tx: Kysely<Schema>, current: RuleSettings, rule: Rule): Promise<number> => {
  const known = current.rules.find(({ id }) => id === rule.id)
  if (known?.script === rule.script) return known.version
  // Also of a rule that was taken away and is back.
  const last = await versionsOf(tx, rule.id).orderBy('version', 'desc').limit(1).executeTakeFirst()
  return Math.max(known?.version ?? 0, last?.version ?? 0) + 1
}

const assertDistinct = (rules: readonly Rule[]): void => {
  for (const field of ['id', 'order'] as const) {
    const values = rules.map((rule) => rule[field])
    const twice = values.find((value, index) => values.indexOf(value) !== index)
    if (twice === undefined) continue
    const problem = `rules: two of them have the ${field} ${twice}`
    throw new UsherError('settings_invalid', { detail: { field: `rules.${field}`, problem } })
  }
}

const versionRows = (current: RuleSettings, next: RuleSettings): readonly Omit<RuleVersionsTable, 'author' | 'at'>[] =>
  next.rules.flatMap(({ id, version, name, script }) => {
    const known = current.rules.find((one) => one.id === id)
    if (known?.version === version) return []
    return [{ rule_id: id, version, name, script, what: known ? ('changed' as const) : ('created' as const) }]
  })

const versionIn = (row: RuleVersionsTable): RuleVersion => ({
  ruleId: row.rule_id,
  version: row.version,
  name: row.name,
  script: row.script,
  author: row.author,
  at: row.at,
  what: row.what,
})
