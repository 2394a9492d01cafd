import { type DestinationStream, pino } from 'pino'
import { toUsherError, type UsherError } from '#kernel/errors.ts'
import { type Log, type LogFields, logFields } from '#kernel/log.ts'
import { lineWriter } from './line-writer.ts'
import { shortReference } from './reference.ts'

const EXCERPT_CHARACTERS = 200
const FRAMES = 6
const STANDARD_OUTPUT = 1

/**
 * The log as JSON lines. Fields that are not on the list are dropped, and an error is written as its code, its detail, a
 * scrubbed excerpt of what it said and, at level `error`, the places it came from. It goes to standard output unless said
 * otherwise; what must not be lost is in the database as an event.
 */
export const createLog = (
  options: { readonly level?: 'info' | 'warn' | 'error' | 'silent'; readonly to?: DestinationStream } = {},
): Log => {
  const settings = { level: options.level ?? 'info', base: null, messageKey: 'event', timestamp: pino.stdTimeFunctions.isoTime } as const
  const logger = pino(settings, options.to ?? lineWriter(STANDARD_OUTPUT))
  return {
    info: (event, fields) => logger.info(line(fields), event),
    warn: (event, fields) => logger.warn(line(fields), event),
    error: (event, fields) => logger.error({ ...line(fields), ...places(fields) }, event),
  }
}

const LISTED: ReadonlySet<string> = new Set(logFields)

const line = (fields: LogFields = {}): Record<string, unknown> => {
  const facts: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || !LISTED.has(name)) continue
    facts[name] = typeof value === 'string' ? value.slice(0, EXCERPT_CHARACTERS) : value
  }
  if (typeof fields.reference === 'string') facts.short = shortReference(fields.reference)
  if (fields.error !== undefined) Object.assign(facts, told(fields.error))
  return facts
}

const told = (error: unknown): Record<string, unknown> => {
  const failure = toUsherError(error)
  const origin = rootOf(error)
  return {
    code: failure.code,
    ...(Object.keys(failure.detail).length > 0 && { detail: scrubbedDetail(failure) }),
    ...(origin !== failure && { cause: excerpt(origin) }),
  }
}

/** The first thing that went wrong. */
const rootOf = (error: unknown): unknown => {
  let root = error
  for (let depth = 0; depth < 5 && root instanceof Error && root.cause !== undefined; depth += 1) root = root.cause
  return root
}

const scrubbedDetail = ({ detail }: UsherError): Record<string, unknown> =>
  Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, typeof value === 'string' ? scrub(value) : value]))

const excerpt = (error: unknown): string => scrub(error instanceof Error ? `${codeOf(error)}${error.message}` : typeof error)

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? `${error.code}: ` : `${error.name}: `)

const FRAME = /^\s+at .+:\d+:\d+\)?$/

/** Where it happened, without the message, which may quote what somebody sent. */
const places = ({ error }: LogFields = {}): { readonly at?: readonly string[] } => {
  const origin = rootOf(error)
  if (!(origin instanceof Error) || origin.stack === undefined) return {}
  const afterMessage = origin.stack.slice(origin.stack.indexOf(origin.message) + origin.message.length)
  const frames = afterMessage.split('\n').filter((row) => FRAME.test(row))
  return { at: frames.slice(0, FRAMES).map((row) => row.trim()) }
}

const NAMED_SECRET =
  /\b(password|passwd|pwd|secret|token|assertion|code|state|nonce|cookie|authorization)(["']?\s*[:=]\s*["']?)[^\s"'&;,]+/gi

/** The first 200 printable ASCII characters, without what could be a secret, a token, a query or an address. */
export const scrub = (text: string): string =>
  text
    .slice(0, 5 * EXCERPT_CHARACTERS)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/[^\s@<>"'=&?;,()]+@[^\s@<>"'&?;,()]+/g, '[address]')
    .replace(/\?[^\s"'<>]*/g, '?[query]')
    .replace(NAMED_SECRET, '$1$2[secret]')
    .replace(/\b(bearer|basic)\s+\S+/gi, '$1 [secret]')
    .replace(/[\w+/=-]{32,}/g, '[long]')
    .slice(0, EXCERPT_CHARACTERS)
