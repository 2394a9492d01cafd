import type { Rule } from '../../src/kernel/rule.ts'
import { Secret } from '../../src/kernel/secret.ts'
import type { House } from './house.ts'
import { ruleOf } from './rule-samples.ts'

interface Wanted {
  readonly configuration?: Readonly<Record<string, string>>
  readonly budgetMs?: number
  readonly more?: Partial<Rule>
}

/** Puts these scripts in force in a house, in this order, instead of any there were. */
export const setRules = async (
  house: House,
  scripts: readonly string[],
  { configuration = {}, budgetMs = 20_000, more = {} }: Wanted = {},
): Promise<void> => {
  const rules = scripts.map((script, index) =>
    ruleOf(script, { id: `rul_${String(index).padStart(16, '0')}`, name: `Rule ${index + 1}`, order: index + 1, ...more }),
  )
  const secrets = Object.fromEntries(Object.entries(configuration).map(([name, value]) => [name, new Secret(value)]))
  await house.app().changeRules('test', () => ({ rules, configuration: secrets, budgetMs }))
}

/** A rule of one statement, before everybody goes on. */
export const statement = (code: string): string => `function (user, context, callback) { ${code}; callback(null, user, context) }`
