import { readFileSync } from 'node:fs'
import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { Log } from '#kernel/log.ts'
import type { Rule } from '#kernel/rule.ts'
import { UsherError } from '#kernel/errors.ts'
import { assertScript, kindOf } from '#management/rules/rule-folder.ts'
import { onlyJailed } from '#rules/only-jailed.ts'
import { createPool } from '#rules/pool.ts'
import { inTurn, revealed, scriptOf } from '#rules/scripts.ts'
import { readStubs, type Stub } from '#rules/trial-stubs.ts'
import { type TrialResult, tryRules } from '#rules/try-rules.ts'
import type { Stores } from '#storage/open.ts'

/** How rules are run on this machine. */
export interface RuleSafety {
  readonly jail: 'auto' | 'unshare' | 'bwrap' | 'none'
  /** Whether they may run where no jail can be had. */
  readonly mayRunUnjailed: boolean
}

interface Parts {
  readonly stores: Stores
  readonly publicUrl: URL
  readonly rules: RuleSafety
}

/** A sign-in that scripts are tried on. */
export interface Sample {
  /** Set when it was recorded. */
  readonly id?: string
  readonly at?: number
  readonly user: JsonObject
  readonly context: JsonObject
  /** How the rules of a recorded one ended. */
  readonly outcome?: string
}

/** One script by itself, or all that are in force as a sign-in runs them: with that one in its place, where there is one. */
export type Tried = { readonly isChain: false; readonly rule: Rule } | { readonly isChain: true; readonly rule?: Rule }

/** What a rule does to a recorded sign-in now, and what the one in force does. */
export interface Replayed {
  readonly sample: Sample
  readonly trial: TrialResult
  /** Only for a script that differs from the one in force. */
  readonly inForce?: TrialResult
}

/** Rules tried without effects, on samples or on what sign-ins left behind. */
export const ruleTrials = ({ stores, publicUrl, rules: safety }: Parts) => {
  const attempt = async (tried: Tried, samples: readonly Sample[], stubs: readonly Stub[]): Promise<readonly TrialResult[]> => {
    const { rules, configuration, budgetMs } = (await stores.settings.current()).rules
    const scripts = (tried.isChain ? chainWith(rules, tried.rule) : [tried.rule]).map(scriptOf)
    const bench = { scripts, configuration: revealed(configuration), stubs, budgetMs, domain: publicUrl.host, isTraced: tried.isChain }
    return tryRules(bench, samples, (outside) => onlyJailed(createPool({ jail: safety.jail, log: silent, ...outside }), safety))
  }
  return {
    tryRule: async (tried: Tried, sample: Sample, { stubs }: { readonly stubs: readonly Stub[] }): Promise<TrialResult> => {
      const [trial] = await attempt(tried, [sample], stubs)
      if (!trial) throw new UsherError('rules_unavailable')
      return trial
    },
    /** A recorded sign-in by its id, or the `last` one. */
    sampleOf: async (runId: string): Promise<Sample | undefined> => {
      const [run] = runId === 'last' ? await stores.ruleRuns.latest({ limit: 1 }) : [await stores.ruleRuns.find(runId)]
      return run && sampleIn(run)
    },
    /** Over the latest recorded sign-ins, the newest first. With `inForce`, also what that does to each. */
    replayRule: async (tried: Tried, { last, stubs, inForce }: Replaying): Promise<readonly Replayed[]> => {
      const samples = (await stores.ruleRuns.latest({ limit: last })).map(sampleIn)
      const trials = await attempt(tried, samples, stubs)
      const before = inForce ? await attempt(inForce, samples, stubs) : []
      return samples.flatMap((sample, index) => {
        const [trial, other] = [trials[index], before[index]]
        return trial ? [{ sample, trial, ...(other && { inForce: other }) }] : []
      })
    },
    /** What rules said and how they ended, the newest first. */
    ruleLog: (last: number) => stores.ruleRuns.latest({ limit: last }),
  }
}

interface Replaying {
  readonly last: number
  readonly stubs: readonly Stub[]
  readonly inForce?: Tried
}

/** Everything that is in force as a sign-in runs it, with this one in its place, or at the end when it is new. */
const chainWith = (rules: readonly Rule[], draft?: Rule): readonly Rule[] => {
  if (!draft) return inTurn(rules)
  const isKnown = rules.some(({ id }) => id === draft.id)
  const order = isKnown ? draft.order : Math.max(0, ...rules.map((rule) => rule.order)) + 1
  return inTurn([...rules.filter(({ id }) => id !== draft.id), { ...draft, order, enabled: true }])
}

/** Runners that start only where whatever a script tries is kept in, also while nobody's sign-in depends on it. */
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

const sampleIn = ({ id, at, body }: Awaited<ReturnType<Stores['ruleRuns']['latest']>>[number]): Sample => {
  const { kind } = body.result
  return { id, at, ...body.order, ...(typeof kind === 'string' && { outcome: kind }) }
}

/** A script of a file as a rule that was never stored; `like` lends it what a script cannot say. Throws `settings_invalid`. */
export const draftedRule = (file: string, name: string, like: Rule | undefined): Rule => {
  const script = readFileSync(file, 'utf8')
  const kind = like?.kind ?? kindOf(script)
  try {
    assertScript(script, kind)
  } catch (error) {
    throw new UsherError('settings_invalid', {
      cause: error,
      detail: { file, problem: error instanceof Error ? error.message : String(error) },
    })
  }
  const usual = { id: 'draft', name, kind, order: 1, enabled: true, legacyGlobals: kind === 'rule', version: 1 } as const
  return { ...usual, ...like, script }
}

/** A JSON object of a file. Throws `settings_invalid`. */
export const objectInFile = (file: string): JsonObject => {
  const value = jsonIn(file)
  if (isJsonObject(value)) return value
  throw new UsherError('settings_invalid', { detail: { file, problem: 'not a JSON object' } })
}

export const stubsInFile = (file: string): readonly Stub[] => readStubs(jsonIn(file))

const jsonIn = (file: string): Json => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsherError('settings_invalid', {
      cause: error,
      detail: { file, problem: error instanceof Error ? error.message : String(error) },
    })
  }
}
