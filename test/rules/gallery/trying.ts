import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '#kernel/json.ts'
import type { Job, JobResult } from '#rules/isolation.ts'
import { jobOf, scriptOf } from '../../support/rule-jobs.ts'
import type { Entry, Expected, Write } from './entry.ts'
import { CONTEXT, USER } from './people.ts'
import type { StandIn } from './stand-in.ts'

/** The text of a rule of the gallery. */
export const textOf = (rule: string): string => readFileSync(join(import.meta.dirname, `${rule}.js`), 'utf8')

/** The host that answers for Usher itself in the gallery. */
export const USHER = 'usher.example'

const BUDGET_MS = 15_000

export const titleOf = ({ rule, when }: Entry): string => `${rule}${when ? `, ${when}` : ''}`

/** Where an entry is tried. */
export interface Stage {
  readonly standIn: StandIn
  readonly run: (job: Job) => Promise<JobResult>
  /** The gallery's when left out. */
  readonly textOf?: (rule: string) => string
}

/** Has the rules of an entry run somewhere, and looks at what came of it. */
export const tryEntry = async (entry: Entry, stage: Stage): Promise<void> => {
  const { standIn, run } = stage
  const writes: Write[] = []
  standIn.expect(entry.answers ?? {})
  const result = await run(jobFor(entry, stage, writes))
  const { expects } = entry
  assertResult(result, expects)
  if (typeof expects.writes === 'function') expects.writes(writes)
  else assert.deepEqual(writes, expects.writes ?? [])
  const calls = await standIn.asked(expects.calls?.length ?? 0)
  const lines = calls.map(({ line }) => line)
  assert.deepEqual(expects.isUnordered ? lines.toSorted() : lines, expects.calls ?? [])
  expects.sent?.(calls)
  const said = result.console.map(({ level, text }) => `${level} ${text}`).join('\n')
  if (expects.said) assert.match(said, expects.said)
}

const jobFor = (entry: Entry, { standIn: { url }, textOf: read = textOf }: Stage, writes: Write[]): Job => {
  const configuration = Object.entries(entry.configuration ?? {}).map(([key, value]) => [key, value.replaceAll('{vendor}', url)])
  const user = without({ ...USER, ...entry.user })
  const scripts = [...(entry.after ?? []), entry.rule]
  return jobOf(
    scripts.map((rule, index) => scriptOf(read(rule), { id: `rul_${index + 1}`, name: rule, legacyGlobals: entry.legacyGlobals ?? false })),
    {
      user,
      context: without({ ...CONTEXT, ...entry.context }),
      configuration: Object.fromEntries(configuration),
      auth0: { domain: USHER, baseUrl: `https://${USHER}/api/v2`, accessToken: 'a token for rules' },
      budgetMs: BUDGET_MS,
      updateMetadata: async (kind, publicId, patch) => {
        if (publicId !== user['user_id']) throw new Error('There is no such user.')
        writes.push({ kind, patch })
        return { user_id: publicId, [`${kind}_metadata`]: patch }
      },
    },
  )
}

/** As it would come over a wire: without what is undefined. */
const without = (fields: Readonly<Record<string, unknown>>): JsonObject => JSON.parse(JSON.stringify(fields))

const assertResult = (result: JobResult, { denied, user = {}, context = {}, left }: Expected): void => {
  const shown = JSON.stringify(result, undefined, 1)
  if (denied) {
    assert.equal(result.kind, 'denied', shown)
    if (result.kind !== 'denied') return
    assert.equal(result.isRefusal, denied.isRefusal, shown)
    if (typeof denied.message === 'string') assert.equal(result.message, denied.message)
    else assert.match(result.message, denied.message)
    return
  }
  assert.equal(result.kind, 'passed', shown)
  if (result.kind !== 'passed') return
  assertFields(without(result.user), user)
  assertFields(without(result.context), context)
  left?.({ user: result.user, context: result.context })
}

const assertFields = (found: Readonly<Record<string, Json>>, expected: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name], value, name)
}
