import type { Job, Script } from './isolation.ts'

/** Scripts and configuration that go together: a runner serves one set, so that nothing of an older one is left in it. */
export interface ScriptSet {
  readonly scripts: readonly Script[]
  readonly configuration: Readonly<Record<string, string>>
  /** As it crosses, once for each runner. */
  readonly json: string
}

export const scriptSetOf = ({ scripts, configuration }: Job): ScriptSet => ({
  scripts,
  configuration,
  json: JSON.stringify({ scripts, configuration }),
})

export const isSetOf = (set: ScriptSet, { scripts, configuration }: Job): boolean =>
  (set.scripts === scripts && set.configuration === configuration) || isEqual(set, { scripts, configuration })

const isEqual = (set: ScriptSet, { scripts, configuration }: Pick<Job, 'scripts' | 'configuration'>): boolean =>
  set.scripts.length === scripts.length &&
  set.scripts.every((script, index) => isSameScript(script, scripts[index])) &&
  isSameRecord(set.configuration, configuration)

const isSameScript = (one: Script, other: Script | undefined): boolean =>
  other !== undefined &&
  one.id === other.id &&
  one.script === other.script &&
  one.name === other.name &&
  one.kind === other.kind &&
  one.legacyGlobals === other.legacyGlobals &&
  one.hosts?.join() === other.hosts?.join() &&
  isSameRecord(one.secrets, other.secrets)

const isSameRecord = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean => {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}

/** What is new with every run. */
export const jobMessage = ({ user, context, auth0, budgetMs, continueAt, isTraced }: Job): string =>
  JSON.stringify({ user, context, auth0, budgetMs, continueAt, isTraced })

/** The same as a runner is told it, with the scripts when it does not have them yet. */
export const runMessage = (job: string, set?: ScriptSet): string => `{"set":${set?.json ?? 'null'},"job":${job}}`
