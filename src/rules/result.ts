import type { Json, JsonObject } from '#kernel/json.ts'
import type { ConsoleLine, JobResult, Script, Timing } from './isolation.ts'

const MOST_BYTES = 512 * 1024
const MOST_DEPTH = 40
const MOST_VALUES = 50_000
const MOST_LINES = 500
const MOST_TEXT = 1_000
const LEVELS: ReadonlySet<unknown> = new Set<ConsoleLine['level']>(['log', 'info', 'warn', 'error', 'notice'])

/** What a runner says about a run, believed as far as its form goes; undefined when it has none. */
export const resultOf = (payload: Buffer, scripts: readonly Script[]): JobResult | undefined => {
  const said = payload.length > MOST_BYTES ? undefined : plainObjectIn(payload.toString())
  if (!said) return undefined
  const ran = { console: linesOf(said['console'], scripts), timings: timingsOf(said['timings'], scripts) }
  if (!ran.console || !ran.timings) return undefined
  const { console, timings } = ran
  switch (said['kind']) {
    case 'passed': {
      const { user, context } = said
      return isObject(user) && isObject(context) ? { kind: 'passed', user, context, console, timings } : undefined
    }
    case 'denied': {
      const script = scripts.find(({ id }) => id === said['rule'])
      const { message } = said
      if (!script || typeof message !== 'string') return undefined
      const refusal = { rule: script.id, name: script.name, message: message.slice(0, MOST_TEXT), isRefusal: said['isRefusal'] === true }
      return { kind: 'denied', ...refusal, console, timings }
    }
    case 'failed':
      return { kind: 'failed', why: whyOf(said['why']), ...ruleIn(said['rule'], scripts), console, timings }
  }
  return undefined
}

/** A script that outgrew its limits says so itself; everything else it may call a crash. */
const whyOf = (why: Json | undefined) => (why === 'timeout' || why === 'output' ? why : 'crash')

const ruleIn = (rule: Json | undefined, scripts: readonly Script[]): { readonly rule?: string } => {
  const script = scripts.find(({ id }) => id === rule)
  return script ? { rule: script.id } : {}
}

/** An object of JSON without names that would reach a prototype, neither deeper nor larger than anything of ours. */
export const plainObjectIn = (text: string): JsonObject | undefined => {
  const value = parsed(text)
  if (!isObject(value)) return undefined
  const found = survey(value)
  if (found === 'too much') return undefined
  if (found === 'plain') return value
  const without: Json = JSON.parse(text, (name, inner) => (name === '__proto__' ? undefined : inner))
  return isObject(without) ? without : undefined
}

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const survey = (root: JsonObject): 'plain' | 'has a prototype' | 'too much' => {
  let left = MOST_VALUES
  let isPlain = true
  const isTooMuch = (value: Json, depth: number): boolean => {
    if (typeof value !== 'object' || value === null) return false
    if (depth > MOST_DEPTH) return true
    for (const [name, inner] of Object.entries(value)) {
      left -= 1
      if (name === '__proto__') isPlain = false
      if (left < 0 || isTooMuch(inner, depth + 1)) return true
    }
    return false
  }
  if (isTooMuch(root, 1)) return 'too much'
  return isPlain ? 'plain' : 'has a prototype'
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const linesOf = (said: Json | undefined, scripts: readonly Script[]): readonly ConsoleLine[] | undefined => {
  if (!Array.isArray(said) || said.length > MOST_LINES) return undefined
  const lines: ConsoleLine[] = []
  for (const line of said) {
    const read = lineOf(line, scripts)
    if (!read) return undefined
    lines.push(read)
  }
  return lines
}

const lineOf = (line: Json, scripts: readonly Script[]): ConsoleLine | undefined => {
  if (!isObject(line) || typeof line['text'] !== 'string') return undefined
  const { rule } = ruleIn(line['rule'], scripts)
  const level = levelOf(line['level'])
  return rule === undefined || !level ? undefined : { rule, level, text: line['text'].slice(0, MOST_TEXT) }
}

const isLevel = (level: unknown): level is ConsoleLine['level'] => LEVELS.has(level)

const levelOf = (level: Json | undefined): ConsoleLine['level'] | undefined => (isLevel(level) ? level : undefined)

const timingsOf = (said: Json | undefined, scripts: readonly Script[]): readonly Timing[] | undefined => {
  if (!Array.isArray(said) || said.length > 2 * scripts.length) return undefined
  const timings: Timing[] = []
  for (const timing of said) {
    if (!isObject(timing) || typeof timing['ms'] !== 'number') return undefined
    const { rule } = ruleIn(timing['rule'], scripts)
    if (rule === undefined) return undefined
    timings.push({ rule, ms: Math.max(0, timing['ms']) })
  }
  return timings
}
