import type { JsonObject } from './json.ts'
import type { UserId } from './person.ts'
import type { Secret } from './secret.ts'

export type RuleId = string

/** An administrator's script that runs at every sign-in. */
export interface Rule {
  /** `rul_…` or `act_…`; lasting. */
  readonly id: RuleId
  readonly name: string
  /** A rule is `function (user, context, callback) {…}`; an action exports `onExecutePostLogin(event, api)` and runs after all rules. */
  readonly kind: 'rule' | 'action'
  readonly script: string
  /** Ascending; no two rules have the same. */
  readonly order: number
  readonly enabled: boolean
  /** True for imported rules: names such as `_`, `jwt` and `uuid` are there without `require`. */
  readonly legacyGlobals: boolean
  /** Hosts it may reach (`api.example.com`, `*.example.com`); any public one when left out. */
  readonly hosts?: readonly string[]
  /** An action's own secrets, `event.secrets`. */
  readonly secrets?: Readonly<Record<string, Secret>>
  /** Grows with every change of the script. */
  readonly version: number
}

/** Everything about rules that is in force. */
export interface RuleSettings {
  /** In the order they run. */
  readonly rules: readonly Rule[]
  /** `configuration` as rules see it. */
  readonly configuration: Readonly<Record<string, Secret>>
  /** All rules of one sign-in together, in milliseconds of wall time. */
  readonly budgetMs: number
}

/** One run of the rules as it is kept: what they were given, what they did, what came of it. Never a secret. */
export interface RuleRun {
  readonly at: number
  readonly userId: UserId
  readonly relyingParty: string
  readonly reference: string
  readonly body: {
    /** What the scripts were given. */
    readonly order: { readonly user: JsonObject; readonly context: JsonObject }
    readonly result: JsonObject
    readonly console: readonly JsonObject[]
    readonly timings: readonly JsonObject[]
  }
}
