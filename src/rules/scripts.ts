import type { Rule } from '#kernel/rule.ts'
import type { Secret } from '#kernel/secret.ts'
import type { Script } from './isolation.ts'

/** Values in the open, as scripts read them. */
export const revealed = (secrets: Readonly<Record<string, Secret>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()]))

/** A rule as it crosses into a runner. */
export const scriptOf = ({ id, name, kind, script, legacyGlobals, hosts, secrets = {} }: Rule): Script => ({
  id,
  name,
  kind,
  script,
  legacyGlobals,
  secrets: revealed(secrets),
  ...(hosts && { hosts }),
})

/** Those that run at a sign-in: rules in their order, then actions in theirs. */
export const inTurn = (rules: readonly Rule[]): readonly Rule[] => {
  const enabled = rules.filter((rule) => rule.enabled).toSorted((one, other) => one.order - other.order)
  return [...enabled.filter(({ kind }) => kind === 'rule'), ...enabled.filter(({ kind }) => kind === 'action')]
}
