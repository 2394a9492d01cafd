import { isDeepStrictEqual } from 'node:util'
import type { Rule, RuleSettings } from '#kernel/rule.ts'
import { comparable } from './settings-text.ts'

/** What of a rule somebody may have changed; never what it is now, since a script or a secret is nothing to read in an audit. */
const FIELDS = ['name', 'kind', 'script', 'order', 'enabled', 'legacyGlobals', 'hosts', 'secrets'] as const

/** What makes these rules of those, in words: rules by id, configuration by key. */
export const ruleDifferences = (before: RuleSettings, after: RuleSettings): readonly string[] => [
  ...after.rules.flatMap((rule) =>
    ofOne(
      before.rules.find(({ id }) => id === rule.id),
      rule,
    ),
  ),
  ...before.rules.filter(({ id }) => after.rules.every((one) => one.id !== id)).map(({ id }) => `${id} removed`),
  ...ofConfiguration(before.configuration, after.configuration),
  ...(before.budgetMs === after.budgetMs ? [] : [`budget ${after.budgetMs} ms`]),
]

const ofOne = (before: Rule | undefined, after: Rule): readonly string[] => {
  if (!before) return [`${after.id} added${after.enabled ? '' : ', disabled'}`]
  const words = FIELDS.filter((field) => !isSame(before[field], after[field])).map((field) => wordFor(field, after))
  return words.length === 0 ? [] : [`${after.id} ${words.join(', ')}`]
}

const wordFor = (field: (typeof FIELDS)[number], { enabled }: Rule): string => {
  if (field === 'enabled') return enabled ? 'enabled' : 'disabled'
  return `${field} changed`
}

const ofConfiguration = (before: RuleSettings['configuration'], after: RuleSettings['configuration']): readonly string[] => [
  ...Object.keys(after).flatMap((key) => (isSame(before[key], after[key]) ? [] : [`configuration.${key} set`])),
  ...Object.keys(before).flatMap((key) => (Object.hasOwn(after, key) ? [] : [`configuration.${key} unset`])),
]

const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(comparable(one), comparable(other))
