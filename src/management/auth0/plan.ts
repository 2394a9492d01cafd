import { Secret } from '#kernel/secret.ts'
import { scanScript } from '../rules/script-facts.ts'
import { readActions } from './actions.ts'
import { planConnections } from './connections.ts'
import type { Findings } from './findings.ts'
import { markersWithin } from './markers.ts'
import type { ImportPlan, ImportSurroundings, ImportWishes } from './planned.ts'
import { type Found, isText } from './reading.ts'
import { type Parties, planParties } from './relying-parties.ts'
import { inOrder, type ReadRule, readRules } from './rules.ts'
import { shellWord } from './shell-word.ts'
import type { Tenant } from './tenant-parts.ts'

interface Parts {
  readonly wishes: ImportWishes
  readonly around: ImportSurroundings
  readonly findings: Findings
}

/** What an export comes to here. Calls nobody and writes nothing; everything worth telling is in the findings. */
export const planImport = (tenant: Tenant, asked: Parts): ImportPlan => {
  const parts = { ...asked, wishes: byOwnNames(asked.wishes) }
  const { wishes, around, findings } = parts
  const connections = planConnections(unmarked(tenant.connections, ['client_secret', 'app_secret'], findings), {
    findings,
    values: wishes.values,
    publicUrl: around.publicUrl,
    keepsCallback: wishes.keepsCallback === true,
    refused: around.refused,
  })
  const parties = planParties(unmarked(tenant.clients, [], findings), { findings, wishes, around, connections })
  const { rules, keys } = planRules(tenant, parts)
  const configuration = configurationOf(tenant.configuration, keys, parts)
  const missing = keys.filter((key) => configuration[key] === undefined && !around.configuration.includes(key))
  tellConfiguration(missing, { ...parts, configuration, parties })
  if (parties.declared.length > 0 && !rules.some(({ enabled }) => enabled)) findings.add('needs', NOBODY_IS_LET_IN)
  return {
    layout: tenant.layout,
    settings: { relyingParties: parties.declared, connections: connections.map(({ declared }) => declared) },
    rules,
    configuration,
    missingConfiguration: missing,
    domains: parties.domains,
    findings: findings.all(),
  }
}

/** An export may name anything `constructor`; nobody gave a value for that. */
const byOwnNames = (wishes: ImportWishes): ImportWishes => ({
  ...wishes,
  clientIds: Object.assign(Object.create(null), wishes.clientIds),
  values: Object.assign(Object.create(null), wishes.values),
})

/** Things whose markers all have values; a masked secret is asked for by name elsewhere. */
const unmarked = (all: readonly Found[], except: readonly string[], findings: Findings): readonly Found[] =>
  all.filter(({ file, value }) => {
    const { options } = value
    const rest = typeof options === 'object' ? { ...value, options: without({ ...options }, except) } : value
    const open = markersWithin(rest)
    if (open.length > 0) findings.add('problem', `the marker ${open.join(', ')} has no value; give one with --mapping`, file)
    return open.length === 0
  })

const without = (value: Readonly<Record<string, unknown>>, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))

const NOBODY_IS_LET_IN =
  'no rule is enabled, and who comes in is for rules to decide: nobody is let in before one is, or `usher apply` declares another admission'

const SILENT =
  'the export has no rules. Auth0 no longer hands them out, and its tool then exports none without a word: if there were some, bring them as a folder of .js files'

const planRules = (tenant: Tenant, { wishes, around, findings }: Parts) => {
  if (tenant.rules === undefined) findings.add('note', SILENT)
  const rules = readRules(tenant.rules ?? [], findings)
  const actions = readActions(tenant.actions, { triggers: tenant.triggers, values: wishes.values, findings })
  const keys = new Set<string>()
  for (const rule of [...rules, ...actions]) for (const key of keysOf(rule, around, findings)) keys.add(key)
  const ordered = inOrder(rules, 0)
  return { rules: [...ordered, ...inOrder(actions, ordered.at(-1)?.order ?? 0)], keys: [...keys].sort() }
}

const NOWHERE = 'reads geoip, which is empty here: what keeps some countries out keeps out nobody, and what lets some in lets in nobody'

/** The keys of `configuration` a script reads; what is wrong with it is told. */
const keysOf = (rule: ReadRule, { hasModule }: ImportSurroundings, findings: Findings): readonly string[] => {
  const scanned = scanScript(rule.script, rule.kind)
  const called = `${rule.kind} ${rule.name}`
  if ('problem' in scanned) {
    const { line, column, message } = scanned.problem
    findings.add('problem', `${called}: line ${line}, column ${column}: ${message}`, rule.file)
    return []
  }
  const { configuration, modules, readsAnyConfiguration, geoipLine } = scanned.facts
  if (geoipLine !== undefined) findings.add('needs', `${called}: line ${geoipLine}: ${NOWHERE}`, rule.file)
  if (readsAnyConfiguration)
    findings.add('note', `${called}: reads values of \`configuration\` whose names only show when it runs`, rule.file)
  for (const { name, line } of modules)
    if (!hasModule(name))
      findings.add('needs', `${called}: line ${line}: require('${name}') is not there; its sign-ins will fail`, rule.file)
  return configuration
}

/** Values that the export or the administrator gives; the rest of what the administrator brings stays outside. */
const configurationOf = (written: readonly Found[], keys: readonly string[], { wishes }: Parts): ImportPlan['configuration'] => {
  const exported = new Map(written.flatMap(({ value }) => (isText(value['key']) ? [[value['key'], value['value']] as const] : [])))
  const names = [...new Set([...keys, ...exported.keys()])]
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = wishes.values[name] ?? exported.get(name)
      return isText(value) && markersWithin(value).length === 0 ? [[name, new Secret(value)] as const] : []
    }),
  )
}

interface Known extends Parts {
  readonly configuration: ImportPlan['configuration']
  readonly parties: Parties
}

const IS_CLIENT_ID = /(OFFICE|O365|M365).*CLIENT_?ID/i

const tellConfiguration = (missing: readonly string[], { findings, configuration, parties }: Known): void => {
  const [clientId] = parties.clientIds
  for (const key of missing) {
    const hint = IS_CLIENT_ID.test(key) && clientId !== undefined ? `; it is probably ${clientId}` : ''
    findings.add('needs', `configuration.${key} has no value: \`usher config set ${shellWord(key)}\`${hint}`)
  }
  for (const [key, value] of Object.entries(configuration))
    if (IS_CLIENT_ID.test(key) && clientId !== undefined && !parties.clientIds.includes(value.reveal()))
      findings.add(
        'needs',
        `configuration.${key} is not the client ID of the relying party (${clientId}): a rule that compares them never runs`,
      )
}
