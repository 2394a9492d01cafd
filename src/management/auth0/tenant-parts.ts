import { posix } from 'node:path'
import { type Found, isRecord, isText, type Reading, readScript, scriptOf } from './reading.ts'

/** An export as it was read, whichever layout it had. Scripts stand where Auth0's API has them: `script`, `code`. */
export interface Tenant {
  readonly layout: 'directory' | 'yaml' | 'dump' | 'scripts'
  readonly clients: readonly Found[]
  readonly connections: readonly Found[]
  /** Undefined when the export says nothing about rules at all, which happens silently. */
  readonly rules: readonly Found[] | undefined
  readonly configuration: readonly Found[]
  readonly actions: readonly Found[]
  /** Trigger id → its actions, in the order they run. */
  readonly triggers: readonly Found[]
}

export const NOTHING: Omit<Tenant, 'layout'> = {
  clients: [],
  connections: [],
  rules: undefined,
  configuration: [],
  actions: [],
  triggers: [],
}

/** The things of a list; what is none is told. */
export const things = (reading: Reading, file: string, value: unknown): readonly Found[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    reading.findings.add('problem', 'is not a list', file)
    return []
  }
  return value.flatMap((one) => (isRecord(one) ? [{ file, value: one }] : []))
}

/** A thing with the script it refers to in place of the reference; nothing when that cannot be had. */
export const withScript = (reading: Reading, found: Found, field: 'script' | 'code'): readonly Found[] => {
  const written = found.value[field]
  if (!isText(written)) return [found]
  const script = scriptOf(reading, found.file, written)
  return script === undefined ? [] : [{ ...found, value: { ...found.value, [field]: script } }]
}

/** A file that holds nothing but a rule's script is a rule of that name. */
export const bareScript = (reading: Reading, file: string): readonly Found[] => {
  const script = readScript(reading, file)
  return script === undefined ? [] : [{ file, value: { name: nameOf(file), script } }]
}

/** The name a file's own name stands for: without its folder and ending. */
export const nameOf = (file: string): string => posix.basename(file, posix.extname(file))
