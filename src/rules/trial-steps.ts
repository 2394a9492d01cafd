import type { JsonObject } from '#kernel/json.ts'
import type { Delta, Script, Step } from './isolation.ts'
import { type Change, changesBetween } from './trial-changes.ts'

/** A script that let the person pass, and what it changed. */
export interface TrialStep {
  readonly rule: string
  readonly name: string
  readonly user: readonly Change[]
  readonly context: readonly Change[]
}

interface State {
  readonly user: JsonObject
  readonly context: JsonObject
}

/** What each script of a traced run changed, from the state it began with. */
export const stepsOf = (before: State, steps: readonly Step[], scripts: readonly Script[]): readonly TrialStep[] => {
  let state = before
  return steps.map(({ rule, user, context }) => {
    const after = { user: applied(state.user, user), context: applied(state.context, context) }
    const [changedUser, changedContext] = [changesBetween(state.user, after.user), changesBetween(state.context, after.context)]
    state = after
    return { rule, name: scripts.find(({ id }) => id === rule)?.name ?? rule, user: changedUser, context: changedContext }
  })
}

const applied = (object: JsonObject, { set, gone }: Delta): JsonObject =>
  Object.fromEntries(Object.entries({ ...object, ...set }).filter(([name]) => !gone.includes(name)))
