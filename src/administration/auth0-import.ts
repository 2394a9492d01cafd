import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RuleSettings } from '#kernel/rule.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import { openExport } from '#management/auth0/export-files.ts'
import { createFindings } from '#management/auth0/findings.ts'
import { planImport } from '#management/auth0/plan.ts'
import type { ImportPlan } from '#management/auth0/planned.ts'
import { readTenant } from '#management/auth0/tenant.ts'
import { withRules } from '#management/rules/wanted-rules.ts'
import { type DeclaredSettings, readSettings } from '#management/settings-file.ts'
import type { Stores } from '#storage/open.ts'
import { newRuleId } from './rule-ids.ts'

interface Parts {
  readonly stores: Stores
  readonly clock: Clock
  readonly randomness: Randomness
  readonly publicUrl: URL
  /** Throws `settings_invalid` for what may not be declared. */
  readonly check: (declared: DeclaredSettings) => Promise<void>
  readonly hasModule: (name: string) => boolean
}

/** What an administrator says beside the export. */
export interface ImportFiles {
  readonly clientIds: Readonly<Record<string, string>>
  readonly target?: string
  /** Providers keep the address they have for Auth0. */
  readonly keepsCallback?: true
  /** Values of the export's markers, a JSON object. */
  readonly mappingFile?: string
  /** Values of `configuration` and of secrets, `NAME=value` a line. */
  readonly environmentFile?: string
}

const AUTHOR = 'import'

/** Moving in from Auth0: an export is read, judged as a whole, and put in force as one change. */
export const auth0Import = ({ stores, clock, randomness, publicUrl, check, hasModule }: Parts) => {
  return {
    /** What the export comes to; nothing is written. Throws what the file system throws, and `settings_invalid`. */
    planAuth0: async (path: string, said: ImportFiles): Promise<ImportPlan> => {
      const { targets, connections, relyingParties, rules } = await stores.settings.current()
      const findings = createFindings()
      const mapping = said.mappingFile === undefined ? {} : objectIn(said.mappingFile)
      const values = { ...textsIn(mapping), ...(said.environmentFile && parseEnv(readFileSync(said.environmentFile, 'utf8'))) }
      const brought = openExport(path)
      const tenant = readTenant(brought, { files: brought.files, mapping, findings })
      return planImport(tenant, {
        findings,
        wishes: {
          clientIds: said.clientIds,
          values: defined(values),
          ...(said.target && { target: said.target }),
          ...(said.keepsCallback && { keepsCallback: true }),
        },
        around: {
          publicUrl,
          hasModule,
          targets: targets.map(({ name }) => name),
          connections: connections.map(({ name }) => name),
          relyingParties: relyingParties.map(({ clientId }) => clientId),
          configuration: Object.keys(rules.configuration),
        },
      })
    },
    /**
     * Puts a plan in force, all of it or nothing, or only tells what that would change. What is declared here already stays.
     * What changed, in words. Throws `settings_invalid`.
     */
    applyAuth0: async (plan: ImportPlan, { isDryRun }: { readonly isDryRun: boolean }): Promise<readonly string[]> => {
      if (plan.findings.some(({ kind }) => kind === 'problem'))
        throw new UsherError('settings_invalid', { detail: { problem: 'the export has problems; nothing was written' } })
      const settings = await stores.settings.current()
      const declared = declaredBy(plan, settings)
      await check(declared)
      const edit = (current: RuleSettings) => rulesAfter(plan, current, newRuleId(randomness))
      if (isDryRun) return [...toldOf(declared), ...edit(settings.rules).changes]
      return stores.imports.apply({ declared, author: AUTHOR, at: clock.now(), edit })
    },
  }
}

const toldOf = ({ connections, relyingParties }: DeclaredSettings): readonly string[] => [
  ...connections.map(({ name }) => `connection ${name} added`),
  ...relyingParties.map(({ clientId }) => `relying party ${clientId} added or changed`),
]

/** What is not here yet; a relying party that is gets the connections that are new. */
const declaredBy = ({ settings }: ImportPlan, current: Settings): DeclaredSettings => {
  const connections = settings.connections.filter(isNew(current.connections, 'name'))
  const relyingParties = settings.relyingParties.filter(isNew(current.relyingParties, 'clientId'))
  // An export names no file or variable of this machine: whatever looks so is refused.
  const read = (): never => {
    throw new Error('an export has no files of secrets')
  }
  const declared = readSettings({ connections, relyingParties }, { file: 'the export', read, environment: {} })
  const added = new Set(declared.connections.map(({ name }) => name))
  return { ...declared, relyingParties: [...declared.relyingParties, ...extended(settings.relyingParties, current.relyingParties, added)] }
}

const extended = (planned: readonly object[], known: readonly RelyingParty[], added: ReadonlySet<string>): readonly RelyingParty[] =>
  known.flatMap((party) => {
    const same = planned.find((one) => Reflect.get(one, 'clientId') === party.clientId)
    const names: unknown = same && Reflect.get(same, 'connections')
    const missing = Array.isArray(names) ? names.filter((name) => added.has(name)) : []
    return missing.length === 0 ? [] : [{ ...party, connections: [...party.connections, ...missing] }]
  })

const rulesAfter = (plan: ImportPlan, current: RuleSettings, newId: ReturnType<typeof newRuleId>) => {
  const { settings, changes } = withRules(current, plan.rules, newId)
  const configuration = { ...plan.configuration, ...current.configuration }
  const added = Object.keys(plan.configuration).filter((key) => !Object.hasOwn(current.configuration, key))
  return { settings: { ...settings, configuration }, changes: [...changes, ...added.map((key) => `configuration.${key} set`)] }
}

const isNew =
  (known: readonly object[], field: string) =>
  (one: object): boolean =>
    known.every((other) => Reflect.get(other, field) !== Reflect.get(one, field))

const objectIn = (file: string): Readonly<Record<string, unknown>> => {
  const value = jsonIn(file)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value))
  throw new UsherError('settings_invalid', { detail: { file, problem: 'not a JSON object of markers and their values' } })
}

const jsonIn = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsherError('settings_invalid', { cause: error, detail: { file, problem: 'not JSON' } })
  }
}

const textsIn = (mapping: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(mapping).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])))

const defined = (values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
