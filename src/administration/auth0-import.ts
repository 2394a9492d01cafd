import type { Clock } from '#kernel/clock.ts'
import { failures, UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RuleSettings } from '#kernel/rule.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import { type Brought, openExport } from '#management/auth0/export-files.ts'
import { createFindings } from '#management/auth0/findings.ts'
import { planImport } from '#management/auth0/plan.ts'
import type { ImportPlan, ImportSurroundings } from '#management/auth0/planned.ts'
import { readTenant } from '#management/auth0/tenant.ts'
import { withRules } from '#management/rules/wanted-rules.ts'
import { type DeclaredSettings, readSettings } from '#management/settings-file.ts'
import type { Stores } from '#storage/open.ts'
import { type ValueFiles, type Values, valuesIn } from './import-values.ts'
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
export interface ImportFiles extends ValueFiles {
  readonly clientIds: Readonly<Record<string, string>>
  readonly target?: string
  /** Providers keep the address they have for Auth0. */
  readonly keepsCallback?: true
}

const AUTHOR = 'import'

/** Moving in from Auth0: an export is read, judged as a whole, and put in force as one change. */
export const auth0Import = ({ stores, clock, randomness, publicUrl, check, hasModule }: Parts) => {
  const surroundings = ({ targets, connections, relyingParties, rules }: Settings): Surroundings => ({
    publicUrl,
    hasModule,
    targets: targets.map(({ name }) => name),
    connections: connections.map(({ name }) => name),
    relyingParties: relyingParties.map(({ clientId }) => clientId),
    configuration: Object.keys(rules.configuration),
  })
  return {
    /** What the export comes to; nothing is written. Throws what the file system throws, and `settings_invalid`. */
    planAuth0: async (path: string, said: ImportFiles): Promise<ImportPlan> => {
      const settings = await stores.settings.current()
      const given = { ...said, ...valuesIn(said) }
      const planWithout = (refused: ReadonlyMap<string, string>): ImportPlan =>
        planOf(openExport(path), { given, around: { ...surroundings(settings), refused } })
      const whole = planWithout(new Map())
      const refused = await refusedAmong(whole.settings.connections.filter(isNew(settings.connections, 'name')), check)
      const plan = refused.size === 0 ? whole : planWithout(refused)
      return { ...plan, domains: inForce(plan.domains, settings.relyingParties) }
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

type Surroundings = Omit<ImportSurroundings, 'refused'>

interface Given {
  readonly given: ImportFiles & Values
  readonly around: ImportSurroundings
}

const planOf = (brought: Brought, { given, around }: Given): ImportPlan => {
  const findings = createFindings()
  const tenant = readTenant(brought, { files: brought.files, mapping: given.mapping, findings })
  const { clientIds, values, target, keepsCallback } = given
  return planImport(tenant, {
    findings,
    wishes: { clientIds, values, ...(target && { target }), ...(keepsCallback && { keepsCallback }) },
    around,
  })
}

/** Connections whose settings may not be declared, by name, and why: one of them keeps out itself and no other. */
const refusedAmong = async (
  planned: ImportPlan['settings']['connections'],
  check: Parts['check'],
): Promise<ReadonlyMap<string, string>> => {
  const refused = new Map<string, string>()
  for (const one of planned) {
    try {
      await check(declaredIn({ connections: [one], relyingParties: [] }))
    } catch (error) {
      if (!(error instanceof UsherError) || error.code !== 'settings_invalid') throw error
      refused.set(one.name, String(error.detail['problem'] ?? failures.settings_invalid.heading))
    }
  }
  return refused
}

/** Whoever is here already stays as they are, their domains and issuers, too. */
const inForce = (planned: ImportPlan['domains'], known: readonly RelyingParty[]): ImportPlan['domains'] => {
  const kept = known.filter((party) => planned.some(({ clientId }) => clientId === party.clientId))
  return [
    ...planned.filter(({ clientId }) => kept.every((party) => party.clientId !== clientId)),
    ...kept.flatMap(({ clientId, domains }) => Object.entries(domains).map(([domain, { issuer }]) => ({ domain, clientId, issuer }))),
  ]
}

const toldOf = ({ connections, relyingParties }: DeclaredSettings): readonly string[] => [
  ...connections.map(({ name }) => `connection ${name} added`),
  ...relyingParties.map(({ clientId }) => `relying party ${clientId} added or changed`),
]

/** What is not here yet; a relying party that is gets the connections that are new. */
const declaredBy = ({ settings }: ImportPlan, current: Settings): DeclaredSettings => {
  const connections = settings.connections.filter(isNew(current.connections, 'name'))
  const relyingParties = settings.relyingParties.filter(isNew(current.relyingParties, 'clientId'))
  const declared = declaredIn({ connections, relyingParties })
  const added = new Set(declared.connections.map(({ name }) => name))
  return { ...declared, relyingParties: [...declared.relyingParties, ...extended(settings.relyingParties, current.relyingParties, added)] }
}

/** An export names no file or variable of this machine: whatever looks so is refused. Throws `settings_invalid`. */
const declaredIn = (settings: ImportPlan['settings']): DeclaredSettings => {
  const read = (): never => {
    throw new Error('an export has no files of secrets')
  }
  return readSettings(settings, { file: 'the export', read, environment: {} })
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
