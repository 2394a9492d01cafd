import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import { spellingsOf, withoutTokens } from './inside/redact.cjs'
import type { Job, JobResult } from './isolation.ts'

const SHORTEST_SECRET = 6

/** Takes secrets and tokens out of what scripts and their people said; never out of a word of ours. */
export interface StrikeOut {
  readonly text: (said: string) => string
  readonly value: (said: Json) => Json
  /** Names of members too: a script may call one anything. */
  readonly object: (said: JsonObject) => JsonObject
  readonly result: (result: JobResult) => JobResult
}

/** For everything a job holds that nobody may read afterwards: as it is, and as an address, a header or JSON carries it. */
export const strikeOut = (job: Pick<Job, 'configuration' | 'scripts' | 'auth0'>): StrikeOut => {
  const secrets = secretsOf(job)
  const spellings = secrets.flatMap(spellingsOf).toSorted((one, other) => other.length - one.length)
  const text = (said: string): string => {
    const whole = spellings.reduce((left, secret) => left.replaceAll(secret, '[secret]'), said)
    return withoutTokens(withoutBeginning(whole, spellings))
  }
  const object = (said: JsonObject): JsonObject => Object.fromEntries(Object.entries(said).map(([name, one]) => [text(name), value(one)]))
  const value = (said: Json): Json => {
    if (typeof said === 'string') return text(said)
    if (typeof said === 'number' && secrets.includes(String(said))) return '[secret]'
    if (isList(said)) return said.map(value)
    return isJsonObject(said) ? object(said) : said
  }
  const result = (all: JobResult): JobResult => {
    const console = all.console.map((line) => ({ ...line, text: text(line.text) }))
    if (all.kind === 'passed') return { ...all, console, user: object(all.user), context: object(all.context) }
    if (all.kind === 'denied') return { ...all, console, name: text(all.name), message: text(all.message) }
    return { ...all, console }
  }
  return { text, value, object, result }
}

/** What is too long was cut before it came here, maybe within a secret: then the text ends in what the secret begins with. */
const withoutBeginning = (said: string, spellings: readonly string[]): string => {
  const starts = spellings.map((secret) => beginningAt(said, secret)).filter((at) => at >= 0)
  return starts.length === 0 ? said : `${said.slice(0, Math.min(...starts))}[secret]`
}

/** -1 where there is none that is worth hiding. */
const beginningAt = (said: string, secret: string): number => {
  const first = secret.slice(0, SHORTEST_SECRET)
  let at = said.indexOf(first, Math.max(0, said.length - secret.length))
  while (at >= 0 && !secret.startsWith(said.slice(at))) at = said.indexOf(first, at + 1)
  return at
}

// Array.isArray does not tell a list that may not be changed from an object.
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

const secretsOf = ({ configuration, scripts, auth0 }: Pick<Job, 'configuration' | 'scripts' | 'auth0'>): readonly string[] =>
  [...Object.values(configuration), ...scripts.flatMap(({ secrets }) => Object.values(secrets)), auth0.accessToken].filter(
    ({ length }) => length >= SHORTEST_SECRET,
  )
