import { join } from 'node:path'
import type { Job, Script } from '#rules/isolation.ts'
import type { RuleCaller } from '#rules/runner.ts'
import { admitted } from './rule-samples.ts'

/** Stands in for the evaluator where only isolation is looked at. */
export const plainScripts = join(import.meta.dirname, 'plain-scripts.cjs')

export const scriptOf = (script: string, more: Partial<Script> = {}): Script => ({
  id: 'rul_1',
  name: 'One',
  kind: 'rule',
  legacyGlobals: false,
  secrets: {},
  ...more,
  script,
})

export const callerOf = (notes: string[] = [], more: Partial<RuleCaller> = {}): RuleCaller => ({
  userId: 'u1',
  target: 'contoso',
  relyingParty: 'office365',
  reference: 'ref',
  transaction: admitted,
  note: (line) => void notes.push(line),
  ...more,
})

/** A job of these scripts, each the text of a rule. */
export const jobOf = (scripts: readonly (string | Script)[], more: Partial<Job> = {}): Job => ({
  scripts: scripts.map((script, index) =>
    typeof script === 'string' ? scriptOf(script, { id: `rul_${index + 1}`, name: `Rule ${index + 1}` }) : script,
  ),
  user: { user_id: 'auth0|1', email: 'ann@example.com' },
  context: { clientID: 'office365' },
  configuration: {},
  auth0: { domain: 'usher.example', baseUrl: 'https://usher.example/api/v2', accessToken: 'token' },
  budgetMs: 2_000,
  caller: callerOf(),
  updateMetadata: async () => ({}),
  ...more,
})
