import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { ConsoleLine, Delta, Job, JobResult, Script, Step, Timing } from './isolation.ts'

const MOST_BYTES = 512 * 1024
const MOST_DEPTH = 40
const MOST_VALUES = 50_000
const TOO_MUCH = 'too much'
const MOST_LINES = 500
const MOST_TEXT = 1_000
const LEVELS: ReadonlySet<unknown> = new Set<ConsoleLine['level']>(['log', 'info', 'warn', 'error', 'notice'])

/**
 * What a runner says about a run, believed as far as its form goes; undefined when it has none. What is larger or deeper than
 * anything of ours fails that run and says nothing against the runner: any script may come across such a thing.
 */
export const resultOf = (payload: Buffer, { scripts, isTraced = false }: Pick<Job, 'scripts' | 'isTraced'>): JobResult | undefined => {
  const said = payload.length > MOST_BYTES ? TOO_MUCH : readPlain(payload.toString())
  if (said === TOO_MUCH) return { kind: 'failed', why: 'output', console: [], timings: [] }
  const ran = said && ranIn(said, scripts)
  const steps = isTraced && said ? listOf(said['steps'] ?? [], scripts.length, (step) => stepOf(step, scripts)) : []
  if (!ran || !steps) return undefined
  return outcomeOf(said, isTraced ? { ...ran, steps } : ran, scripts)
}

const ranIn = (said: JsonObject, scripts: readonly Script[]): Ran | undefined => {
  const console = listOf(said['console'], MOST_LINES, (line) => lineOf(line, scripts))
  const timings = listOf(said['timings'], 2 * scripts.length, (timing) => timingOf(timing, scripts))
  return console && timings && { console, timings }
}

const outcomeOf = (said: JsonObject, ran: Ran, scripts: readonly Script[]): JobResult | undefined => {
  if (said['kind'] === 'passed') return passed(said, ran)
  if (said['kind'] === 'denied') return denied(said, ran, scripts)
  if (said['kind'] === 'failed') return { kind: 'failed', why: whyOf(said['why']), ...ruleIn(said['rule'], scripts), ...ran }
  return undefined
}

type Ran = Pick<JobResult, 'console' | 'timings' | 'steps'>

const passed = ({ user, context }: JsonObject, ran: Ran): JobResult | undefined =>
  isJsonObject(user) && isJsonObject(context) ? { kind: 'passed', user, context, ...ran } : undefined

const denied = ({ rule, message, isRefusal }: JsonObject, ran: Ran, scripts: readonly Script[]): JobResult | undefined => {
  const script = scripts.find(({ id }) => id === rule)
  if (!script || typeof message !== 'string') return undefined
  const { id, name } = script
  return { kind: 'denied', rule: id, name, message: message.slice(0, MOST_TEXT), isRefusal: isRefusal === true, ...ran }
}

/** A script that outgrew its limits says so itself; everything else it may call a crash. */
const whyOf = (why: Json | undefined) => (why === 'timeout' || why === 'output' ? why : 'crash')

const ruleIn = (rule: Json | undefined, scripts: readonly Script[]): { readonly rule?: string } => {
  const script = scripts.find(({ id }) => id === rule)
  return script ? { rule: script.id } : {}
}

/** An object of JSON without names that would reach a prototype, neither deeper nor larger than anything of ours. */
export const plainObjectIn = (text: string): JsonObject | undefined => {
  const said = readPlain(text)
  return said === TOO_MUCH ? undefined : said
}

const readPlain = (text: string): JsonObject | typeof TOO_MUCH | undefined => {
  const value = parsed(text)
  if (!isJsonObject(value)) return undefined
  const found = survey(value)
  if (found === TOO_MUCH) return TOO_MUCH
  if (found === 'plain') return value
  const without: Json = JSON.parse(text, (name, inner) => (name === '__proto__' ? undefined : inner))
  return isJsonObject(without) ? without : undefined
}

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const survey = (root: JsonObject): 'plain' | 'has a prototype' | typeof TOO_MUCH => {
  const found: Found = { values: 0, isPlain: true }
  if (isTooMuch(root, 1, found)) return TOO_MUCH
  return found.isPlain ? 'plain' : 'has a prototype'
}

interface Found {
  values: number
  isPlain: boolean
}

const isTooMuch = (value: JsonObject | readonly Json[], depth: number, found: Found): boolean => {
  if (depth > MOST_DEPTH) return true
  // What JSON.parse makes has no inherited names. This is on the way of every sign-in.
  for (const name in value) {
    found.values += 1
    if (name === '__proto__') found.isPlain = false
    const inner = Reflect.get(value, name)
    if (typeof inner === 'object' && inner !== null && isTooMuch(inner, depth + 1, found)) return true
  }
  return found.values > MOST_VALUES
}

/** Every one of them read, or undefined when one cannot be or they are too many. */
const listOf = <Item>(said: Json | undefined, most: number, read: (item: Json) => Item | undefined): readonly Item[] | undefined => {
  if (!Array.isArray(said) || said.length > most) return undefined
  const items: Item[] = []
  for (const one of said) {
    const item = read(one)
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}

const lineOf = (line: Json, scripts: readonly Script[]): ConsoleLine | undefined => {
  if (!isJsonObject(line)) return undefined
  const { text, level } = line
  const { rule } = ruleIn(line['rule'], scripts)
  if (typeof text !== 'string' || rule === undefined || !isLevel(level)) return undefined
  return { rule, level, text: text.slice(0, MOST_TEXT) }
}

const isLevel = (level: unknown): level is ConsoleLine['level'] => LEVELS.has(level)

const timingOf = (timing: Json, scripts: readonly Script[]): Timing | undefined => {
  if (!isJsonObject(timing)) return undefined
  const { ms } = timing
  const { rule } = ruleIn(timing['rule'], scripts)
  return rule === undefined || typeof ms !== 'number' ? undefined : { rule, ms: Math.max(0, ms) }
}

const stepOf = (step: Json, scripts: readonly Script[]): Step | undefined => {
  if (!isJsonObject(step)) return undefined
  const { rule } = ruleIn(step['rule'], scripts)
  const [user, context] = [deltaOf(step['user']), deltaOf(step['context'])]
  return rule !== undefined && user && context ? { rule, user, context } : undefined
}

const deltaOf = (delta: Json | undefined): Delta | undefined => {
  if (!isJsonObject(delta) || !isJsonObject(delta['set'])) return undefined
  const gone = listOf(delta['gone'], MOST_VALUES, (name) => (typeof name === 'string' ? name : undefined))
  return gone && { set: delta['set'], gone }
}
