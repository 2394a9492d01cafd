import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { Rule, RuleSettings } from '#kernel/rule.ts'
import type { Secret } from '#kernel/secret.ts'
import { openExport } from '#management/auth0/export-files.ts'
import { createFindings, type Finding } from '#management/auth0/findings.ts'
import { convertRule } from '#management/rules/convert-rule.ts'
import { filesOf, isScriptOf, readRuleFolder } from '#management/rules/rule-folder.ts'
import { reordered, withRules } from '#management/rules/wanted-rules.ts'
import type { Stores } from '#storage/open.ts'
import { newRuleId } from './rule-ids.ts'

interface Parts {
  readonly stores: Stores
  readonly clock: Clock
  readonly randomness: Randomness
}

/** Who changes rules from here, for the audit. */
const AUTHOR = 'command line'

const KEY = /^[A-Za-z0-9_-]{1,128}$/
const MOST_VALUE_BYTES = 64 * 1024

/** What an administrator does with rules and their configuration. */
export const ruleAdministration = ({ stores, clock, randomness }: Parts) => {
  const current = async (): Promise<RuleSettings> => (await stores.settings.current()).rules
  const change = (edit: (now: RuleSettings) => RuleSettings) => stores.rules.change({ author: AUTHOR, at: clock.now(), edit })
  const changeOne = (id: string, edit: (rule: Rule) => Rule) =>
    change((now) => {
      // Somebody may have taken it away since it was looked for.
      if (now.rules.every((rule) => rule.id !== id)) throw unfit(`${id} is not there any more`)
      return { ...now, rules: now.rules.map((rule) => (rule.id === id ? edit(rule) : rule)) }
    })
  return {
    /** In the order they run. */
    rules: async (): Promise<readonly Rule[]> => (await current()).rules,
    /** By name or id. */
    findRule: async (nameOrId: string): Promise<Rule | undefined> => {
      const { rules } = await current()
      return rules.find(({ id }) => id === nameOrId) ?? rules.find(({ name }) => name === nameOrId)
    },
    ruleVersions: (rule: Rule) => stores.rules.versions(rule.id),
    /** Makes rules be what the files of a folder say; with `isDryRun` only tells. Nothing is written while there is a problem. */
    pushRules: async (folder: string, { isDryRun }: { readonly isDryRun: boolean }): Promise<Pushed> => {
      const findings = createFindings()
      const wanted = readRuleFolder(openExport(folder).files, findings)
      const { changes } = withRules(await current(), wanted, newRuleId(randomness))
      const isWritten = findings.all().length === 0 && !isDryRun
      if (isWritten) await change((now) => withRules(now, wanted, newRuleId(randomness)).settings)
      const named = new Set(wanted.map(({ name }) => name))
      const untouched = (await current()).rules.map(({ name }) => name).filter((name) => !named.has(name))
      return { problems: findings.all(), changes, untouched }
    },
    /** All rules as files, by name. */
    ruleFiles: async (): Promise<Readonly<Record<string, string>>> => filesOf((await current()).rules),
    switchRule: (rule: Rule, enabled: boolean) => changeOne(rule.id, (one) => ({ ...one, enabled })),
    /** The named ones in that order, at the places they have between them. */
    orderRules: (rules: readonly Rule[]) =>
      change((now) =>
        reordered(
          now,
          rules.map(({ id }) => id),
        ),
      ),
    /**
     * The script of an earlier version again, as a new one. False when there is no such version. Throws `settings_invalid`
     * when it was a rule and is an action now, or the other way round: nobody could sign in.
     */
    rollBackRule: async (rule: Rule, version: number): Promise<boolean> => {
      const found = await stores.rules.version(rule.id, version)
      if (found) await changeOne(rule.id, (one) => withScript(one, found))
      return found !== undefined
    },
    convertRule,
    ...configurationDesk({ current, change, changeOne }),
  }
}

const unfit = (problem: string) => new UsherError('settings_invalid', { detail: { field: 'rules', problem } })

const AN = { rule: 'a rule', action: 'an action' } as const

const withScript = (rule: Rule, { script, version }: { readonly script: string; readonly version: number }): Rule => {
  if (!isScriptOf(script, rule.kind)) throw unfit(`version ${version} of ${rule.name} is no script of ${AN[rule.kind]}, which it is now`)
  return { ...rule, script }
}

interface Changing {
  readonly current: () => Promise<RuleSettings>
  readonly change: (edit: (now: RuleSettings) => RuleSettings) => Promise<RuleSettings>
  readonly changeOne: (id: string, edit: (rule: Rule) => Rule) => Promise<RuleSettings>
}

const configurationDesk = ({ current, change, changeOne }: Changing) => ({
  /** The keys that have a value; the values are told to nobody but rules. */
  configurationKeys: async (): Promise<readonly string[]> => Object.keys((await current()).configuration).sort(),
  /** A value that rules read, or with `action` a secret of that one. Throws `settings_invalid`. */
  setConfiguration: async (key: string, value: Secret, action?: Rule): Promise<void> => {
    assertValue(key, value)
    if (action) await changeOne(action.id, (one) => ({ ...one, secrets: { ...one.secrets, [key]: value } }))
    else await change((now) => ({ ...now, configuration: { ...now.configuration, [key]: value } }))
  },
  /** False when there was none. */
  unsetConfiguration: async (key: string, action?: Rule): Promise<boolean> => {
    const before = action ? (action.secrets ?? {}) : (await current()).configuration
    if (!Object.hasOwn(before, key)) return false
    if (action) await changeOne(action.id, (one) => ({ ...one, secrets: without(one.secrets ?? {}, key) }))
    else await change((now) => ({ ...now, configuration: without(now.configuration, key) }))
    return true
  },
})

/** What pushing a folder came to. */
export interface Pushed {
  readonly problems: readonly Finding[]
  readonly changes: readonly string[]
  /** Rules the folder does not have; they stay. */
  readonly untouched: readonly string[]
}

const without = <T>(values: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name !== key))

const assertValue = (key: string, value: Secret): void => {
  const refuse = (problem: string) => new UsherError('settings_invalid', { detail: { field: 'configuration', problem } })
  if (!KEY.test(key)) throw refuse('a key has letters, digits, - and _')
  if (Buffer.byteLength(value.reveal()) > MOST_VALUE_BYTES) throw refuse('a value has at most 64 kB')
}
