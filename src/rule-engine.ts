import type { RuleWorkshop, RuleWorkshopParts } from './rule-workshop.ts'

/** What runs rules and answers programs. Nothing of it is loaded, and no process started, before somebody needs it. */
export type RuleEngine = RuleWorkshop

export const ruleEngine = (parts: RuleWorkshopParts): RuleEngine => {
  let opening: Promise<RuleWorkshop> | undefined
  let workshop: RuleWorkshop | undefined
  const open = async (): Promise<RuleWorkshop> => {
    opening ??= import('./rule-workshop.ts').then(({ openRuleWorkshop }) => openRuleWorkshop(parts))
    workshop = await opening
    return workshop
  }
  return {
    runner: { run: async (order) => (workshop ?? (await open())).runner.run(order) },
    management: { answer: async (request) => (await open()).management.answer(request) },
    jail: () => workshop?.jail(),
    start: async () => {
      const { rules } = await parts.stores.settings.current()
      if (rules.rules.some(({ enabled }) => enabled)) await (await open()).start()
    },
    stop: async () => {
      await (await opening?.catch(() => undefined))?.stop()
    },
  }
}
