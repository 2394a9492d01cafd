import type { RuleSettings } from '#kernel/rule.ts'
import type { Settings } from '#kernel/settings.ts'

/** The rules in force, and a change of them in one piece; storage has these shapes. */
export interface RuleParts {
  readonly settings: { readonly current: () => Promise<Pick<Settings, 'rules'>> }
  readonly rules: {
    /** `edit` may run more than once. Throws `settings_invalid`. */
    readonly change: (change: {
      readonly author: string
      readonly at: number
      readonly edit: (current: RuleSettings) => RuleSettings
    }) => Promise<RuleSettings>
  }
  readonly newRuleId: (kind: 'rule') => string
}
