import { isDeepStrictEqual } from 'node:util'
import type { Rule, RuleSettings } from '#kernel/rule.ts'
import type { Secret } from '#kernel/secret.ts'

/** A rule as somebody wants it; what is left out stays as it is, or is as usual for a new one. */
export interface WantedRule {
  readonly name: string
  readonly kind: 'rule' | 'action'
  readonly script: string
  readonly enabled?: boolean | undefined
  readonly order?: number | undefined
  readonly legacyGlobals?: boolean | undefined
  readonly hosts?: readonly string[] | undefined
  readonly secrets?: Readonly<Record<string, Secret>> | undefined
  /** For a new one, when it had an id elsewhere. */
  readonly id?: string | undefined
}

export interface Changed {
  readonly settings: RuleSettings
  /** In words; empty when everything was so already. */
  readonly changes: readonly string[]
}

const STEP = 10

/** The rules there are with those that are wanted; rules are known by their names, and nobody's disappears. */
export const withRules = (current: RuleSettings, wanted: readonly WantedRule[], newId: (kind: Rule['kind']) => string): Changed => {
  const known = wanted.map((one) => knownAs(one, current.rules, wanted))
  const changes: string[] = []
  const rules: Rule[] = current.rules.filter((rule) => !known.includes(rule))
  for (const [index, one] of wanted.entries()) {
    const before = known[index]
    const next = before ? changedBy(before, one, rules) : made(one, { among: rules, all: [...current.rules, ...rules], newId })
    const said = before === undefined ? `${one.kind} ${one.name} added` : differences(before, next)
    if (said !== undefined) changes.push(said)
    rules.push(next)
  }
  return { settings: { ...current, rules }, changes }
}

/** A rule and an action may have one name; where only one of them is meant, it may become the other. */
const knownAs = ({ name, kind }: WantedRule, rules: readonly Rule[], wanted: readonly WantedRule[]): Rule | undefined => {
  const named = rules.filter((rule) => rule.name === name)
  const isFree = (rule: Rule): boolean => !wanted.some((one) => one.name === name && one.kind === rule.kind)
  return named.find((rule) => rule.kind === kind) ?? named.find(isFree)
}

interface Making {
  /** Whose places are taken. */
  readonly among: readonly Rule[]
  /** Behind whom a rule goes that says no place. */
  readonly all: readonly Rule[]
  readonly newId: (kind: Rule['kind']) => string
}

const made = (one: WantedRule, { among, all, newId }: Making): Rule => {
  const last = Math.max(0, ...all.map(({ order }) => order))
  return {
    id: one.id !== undefined && all.every(({ id }) => id !== one.id) ? one.id : newId(one.kind),
    name: one.name,
    kind: one.kind,
    script: one.script,
    order: freeOrder(one.order ?? last + STEP, among),
    enabled: one.enabled ?? true,
    legacyGlobals: one.legacyGlobals ?? one.kind === 'rule',
    version: 1,
    ...(one.hosts && { hosts: one.hosts }),
    ...(one.secrets && { secrets: one.secrets }),
  }
}

const changedBy = (known: Rule, one: WantedRule, among: readonly Rule[]): Rule => ({
  ...known,
  kind: one.kind,
  script: one.script,
  order: freeOrder(one.order ?? known.order, among),
  enabled: one.enabled ?? known.enabled,
  legacyGlobals: one.legacyGlobals ?? known.legacyGlobals,
  ...(one.hosts && { hosts: one.hosts }),
  // Values that were set here stay: an import that knows none takes none away.
  ...(one.secrets && { secrets: { ...known.secrets, ...one.secrets } }),
})

/** The next place nobody has. */
const freeOrder = (order: number, among: readonly Rule[]): number => {
  const taken = new Set(among.map((one) => one.order))
  let free = order
  while (taken.has(free)) free += 1
  return free
}

const differences = (before: Rule, after: Rule): string | undefined => {
  const fields = (['script', 'kind', 'order', 'enabled', 'legacyGlobals', 'hosts'] as const).filter(
    (field) => !isDeepStrictEqual(before[field], after[field]),
  )
  const said = [...fields.map(String), ...(isSameSecrets(before, after) ? [] : ['secrets'])]
  return said.length === 0 ? undefined : `${after.kind} ${after.name} changed: ${said.join(', ')}`
}

const isSameSecrets = ({ secrets: before = {} }: Rule, { secrets: after = {} }: Rule): boolean =>
  isDeepStrictEqual(Object.keys(before).sort(), Object.keys(after).sort()) &&
  Object.entries(before).every(([name, secret]) => after[name]?.reveal() === secret.reveal())

/** The named rules in that order, at the places they have now between them; the others stay where they are. */
export const reordered = (current: RuleSettings, ids: readonly string[]): RuleSettings => {
  const places = current.rules
    .filter(({ id }) => ids.includes(id))
    .map(({ order }) => order)
    .sort((one, other) => one - other)
  // One that somebody took away meanwhile has no place.
  const present = ids.filter((id) => current.rules.some((rule) => rule.id === id))
  const order = new Map(present.map((id, index) => [id, places[index]]))
  return { ...current, rules: current.rules.map((rule) => ({ ...rule, order: order.get(rule.id) ?? rule.order })) }
}
