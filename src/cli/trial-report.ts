import { isDeepStrictEqual } from 'node:util'
import type { Desk } from './common.ts'

export type Trial = Awaited<ReturnType<Desk['tryRule']>>

/** How a trial ended, in a few words. */
export const endOf = ({ result }: Trial): string => {
  switch (result.kind) {
    case 'passed':
      return 'lets the person pass'
    case 'denied':
      return `denies: ${result.message}`
    case 'failed':
      return `fails: ${result.why}`
  }
}

/** Everything a trial would have done, a line each. */
export const trialLines = (trial: Trial): readonly string[] => {
  const { result, calls, metadata, notes } = trial
  return [
    ...(trial.steps ?? []).flatMap(stepLines),
    `${endOf(trial)}  ${result.timings.map(({ ms }) => `${Math.round(ms)} ms`).join(', ')}`,
    ...(trial.steps ? [] : changeLines(trial)),
    ...Object.entries(trial.claims ?? {}).map(([name, value]) => `claim ${name} = ${shown(value)}`),
    ...metadata.map(({ kind, publicId, patch }) => `would write ${kind} metadata of ${publicId}: ${shown(patch)}`),
    ...calls.map(callText),
    ...notes.map((note) => `note: ${note}`),
    ...result.console.map(({ level, text }) => `console.${level}: ${text}`),
  ]
}

type Changed = Pick<Trial, 'user' | 'context'>

const changeLines = ({ user, context }: Changed): readonly string[] => [
  ...user.map((change) => `user.${changeText(change)}`),
  ...context.map((change) => `context.${changeText(change)}`),
]

/** A script of several, and what it changed. */
const stepLines = (step: NonNullable<Trial['steps']>[number]): readonly string[] => {
  const changes = changeLines(step)
  return [`${step.name}${changes.length === 0 ? ' changes nothing' : ''}`, ...changes.map((line) => `  ${line}`)]
}

const callText = ({ method, url, answeredBy, status, body }: Trial['calls'][number]): string => {
  const answer = answeredBy === 'nobody' ? 'refused' : `${answeredBy} ${status}`
  return `would call ${method} ${url} (${answer})${body === undefined ? '' : ` ${body}`}`
}

const changeText = ({ path, before, after }: Trial['user'][number]): string => {
  if (before === undefined) return `${path} = ${shown(after)}`
  return after === undefined ? `${path} is gone` : `${path}: ${shown(before)} → ${shown(after)}`
}

const LONGEST = 300

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, LONGEST) ?? ''

/** Whether two trials would have done the same; how long they took does not matter. */
export const isSameEffect = (one: Trial, other: Trial): boolean => isDeepStrictEqual(effectOf(one), effectOf(other))

const effectOf = (trial: Trial) => ({
  end: endOf(trial),
  user: trial.user,
  context: trial.context,
  calls: trial.calls,
  metadata: trial.metadata,
})
