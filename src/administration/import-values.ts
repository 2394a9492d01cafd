import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { UsherError } from '#kernel/errors.ts'

/** Files of values that an export leaves out. */
export interface ValueFiles {
  /** Values of the export's markers: a JSON object, or the configuration of Auth0's tool, which has one. */
  readonly mappingFile?: string
  /** Values of `configuration` and of secrets, `NAME=value` a line. */
  readonly environmentFile?: string
}

export interface Values {
  readonly mapping: Readonly<Record<string, unknown>>
  /** All that are texts; what the file of lines says outweighs the mapping. */
  readonly values: Readonly<Record<string, string>>
}

/** What the files say. Throws what the file system throws, and `settings_invalid`. */
export const valuesIn = ({ mappingFile, environmentFile }: ValueFiles): Values => {
  const mapping = mappingFile === undefined ? {} : mappingIn(mappingFile)
  const lines = environmentFile === undefined ? {} : linesIn(environmentFile)
  return { mapping, values: textsIn({ ...mapping, ...lines }) }
}

// What follows `#` would be a comment, and nobody sees of a secret that it is cut.
const CUT = /^\s*(?:export\s+)?[\w.-]+\s*=\s*[^\s'"`#](?:[^#]*[^\s#])?#/

const linesIn = (file: string): Readonly<Record<string, string | undefined>> => {
  const text = readFileSync(file, 'utf8')
  const parsed = parseEnv(text)
  const cut = text.split('\n').findIndex((line) => CUT.test(line) && !Object.values(parsed).some((value) => value?.includes(line.trim())))
  if (cut < 0) return parsed
  throw new UsherError('settings_invalid', { detail: { file, problem: `line ${cut + 1}: a value with # in it stands in quotes` } })
}

/** What Auth0's tool calls the mapping within its own configuration, which has secrets besides. */
const WITHIN = 'AUTH0_KEYWORD_REPLACE_MAPPINGS'

const mappingIn = (file: string): Values['mapping'] => {
  const value = objectIn(jsonIn(readFileSync(file, 'utf8'), file), file)
  const within = value[WITHIN]
  if (within === undefined) return value
  return objectIn(typeof within === 'string' ? jsonIn(within, file) : within, file)
}

const objectIn = (value: unknown, file: string): Readonly<Record<string, unknown>> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value))
  throw new UsherError('settings_invalid', { detail: { file, problem: 'not a JSON object of markers and their values' } })
}

const jsonIn = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsherError('settings_invalid', { cause: error, detail: { file, problem: 'not JSON' } })
  }
}

const textsIn = (all: Readonly<Record<string, unknown>>): Values['values'] =>
  Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])))
