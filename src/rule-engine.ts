import type { Management } from '#http/management-port.ts'
import type { RuleRunner } from '#rules/runner.ts'
import type { RuleWorkshop, RuleWorkshopParts } from './rule-workshop.ts'

/** What runs rules and answers programs. Nothing of it is loaded, and no process started, before somebody needs it. */
export interface RuleEngine {
  readonly runner: RuleRunner
  readonly management: Management
  /** Which jail rules run in; undefined while none runs. */
  readonly jail: () => string | undefined
  /** Has everything ready where there are rules. Throws `settings_invalid` where they may not run. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const ruleEngine = (parts: RuleWorkshopParts): RuleEngine => {
  let opened: Promise<RuleWorkshop> | undefined
  const open = (): Promise<RuleWorkshop> => {
    opened ??= import('./rule-workshop.ts').then(({ openRuleWorkshop }) => openRuleWorkshop(parts))
    return opened
  }
  let workshop: RuleWorkshop | undefined
  return {
    runner: {
      run: async (order) => {
        workshop ??= await open()
        return workshop.runner.run(order)
      },
    },
    management: { answer: async (request) => (await open()).management.answer(request) },
    jail: () => workshop?.jail(),
    start: async () => {
      const { rules } = await parts.stores.settings.current()
      if (!rules.rules.some(({ enabled }) => enabled)) return
      workshop = await open()
      await workshop.start()
    },
    stop: async () => {
      await (await opened?.catch(() => undefined))?.stop()
    },
  }
}
