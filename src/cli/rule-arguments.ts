import type { Rule } from '#kernel/rule.ts'
import type { Desk } from './common.ts'
import { CommandError } from './report.ts'

/** The rule or action somebody named. Throws a CommandError when there is none. */
export const foundRule = async (desk: Desk, nameOrId: string): Promise<Rule> => {
  const rule = await desk.findRule(nameOrId)
  if (!rule) throw new CommandError(`no rule ${nameOrId}; \`usher rules list\` has them`, 5)
  return rule
}

/** A whole number from an option. Throws a CommandError. */
export const countIn = (option: string, written: string): number => {
  const count = Number(written)
  if (!Number.isSafeInteger(count) || count < 1) throw new CommandError(`${option} takes a number from 1, not ${written}`, 2)
  return count
}
