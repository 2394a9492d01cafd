import type { Randomness } from '#kernel/randomness.ts'
import type { RuleSettings } from '#kernel/rule.ts'
import type { Secrets } from '#lib/secrets.ts'
import type { Storage } from '../storage.ts'
import type { EventRow } from './events.ts'
import { importedPasswords } from './imported-passwords.ts'
import { importedPeople } from './imported-people.ts'
import { changeRules } from './rules.ts'
import { applyDeclared, connectionIds } from './settings.ts'
import type { Declared } from './settings-merge.ts'

interface Parts {
  readonly storage: Storage
  readonly sealer: Secrets
  readonly eventRow: EventRow
  readonly randomness: Randomness
}

interface Import {
  readonly declared: Declared
  /** Rules and their configuration as they shall be, and what that changes in words. It may run more than once. */
  readonly edit: (current: RuleSettings) => { readonly settings: RuleSettings; readonly changes: readonly string[] }
  /** For the audit. */
  readonly author: string
  readonly at: number
}

/** What an organization brings from elsewhere. */
export const importStore = ({ storage, sealer, eventRow, randomness }: Parts) => ({
  ...importedPeople({ storage, eventRow, randomness }),
  ...importedPasswords(storage),
  /** Settings and rules as one change: all of it or nothing. What changed, in words. Throws `settings_invalid`. */
  apply: ({ declared, edit, author, at }: Import): Promise<readonly string[]> =>
    storage.write(async (tx) => {
      const applied = await applyDeclared(tx, declared, { sealer, eventRow, newId: connectionIds(randomness), at })
      let changes: readonly string[] = []
      const noting = (current: RuleSettings): RuleSettings => {
        const edited = edit(current)
        changes = edited.changes
        return edited.settings
      }
      await changeRules(tx, { author, at, edit: noting }, { sealer, eventRow })
      return [...applied.changes, ...changes]
    }),
})
