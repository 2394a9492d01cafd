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
