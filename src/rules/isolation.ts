import type { JsonObject } from '#kernel/json.ts'
import type { RuleId } from '#kernel/rule.ts'
import type { RuleCaller } from './runner.ts'

/** Where scripts run that nobody trusts: elsewhere. */
export interface Isolation {
  /** Runs one sign-in's scripts, all in one message. Never throws for what a script does. */
  readonly run: (job: Job) => Promise<JobResult>
  /** Which jail is in force: `none`, `unshare` or `bwrap`. */
  readonly jail: () => string
  readonly stop: () => Promise<void>
}

/** One script as it crosses the border. */
export interface Script {
  readonly id: RuleId
  readonly name: string
  readonly kind: 'rule' | 'action'
  readonly script: string
  readonly legacyGlobals: boolean
  readonly secrets: Readonly<Record<string, string>>
  readonly hosts?: readonly string[]
}

export interface Job {
  readonly scripts: readonly Script[]
  /** Auth0's `user` and `context`. */
  readonly user: JsonObject
  readonly context: JsonObject
  readonly configuration: Readonly<Record<string, string>>
  readonly auth0: { readonly domain: string; readonly baseUrl: string; readonly accessToken: string }
  /** All scripts together. */
  readonly budgetMs: number
  /** Set when the person comes back to an action that sent them away: rules do not run again before it. */
  readonly continueAt?: RuleId
  /** The result says what each script changed. */
  readonly isTraced?: boolean
  readonly caller: RuleCaller
  /** `auth0.users.updateAppMetadata` and `updateUserMetadata`; resolves with the user as the Management API shows it. Rejects with a sentence. */
  readonly updateMetadata: (kind: 'app' | 'user', publicId: string, patch: JsonObject) => Promise<JsonObject>
}

export interface ConsoleLine {
  readonly rule: RuleId
  readonly level: 'log' | 'info' | 'warn' | 'error' | 'notice'
  /** At most 1,000 characters; `notice` lines are Usher's own. */
  readonly text: string
}

export interface Timing {
  readonly rule: RuleId
  readonly ms: number
}

/** What a script wrote into fields of the first level, and which of them it took away. */
export type Delta = {
  readonly set: JsonObject
  readonly gone: readonly string[]
}

/** A script that passed, and what it changed. */
export type Step = {
  readonly rule: RuleId
  readonly user: Delta
  readonly context: Delta
}

interface Ran {
  readonly console: readonly ConsoleLine[]
  readonly timings: readonly Timing[]
  /** Of a job that is traced, in the order they ran. */
  readonly steps?: readonly Step[]
}

export type JobResult = Ran &
  (
    | { readonly kind: 'passed'; readonly user: JsonObject; readonly context: JsonObject }
    /** The script called back with an error, threw or rejected. `isRefusal`: it was an UnauthorizedError, or an action's `api.access.deny`. */
    | { readonly kind: 'denied'; readonly rule: RuleId; readonly name: string; readonly message: string; readonly isRefusal: boolean }
    /** It used up its time, its memory, its output, or ended its process. `rule` when it is known which one. */
    | { readonly kind: 'failed'; readonly why: 'timeout' | 'memory' | 'output' | 'crash' | 'unavailable'; readonly rule?: RuleId }
  )
