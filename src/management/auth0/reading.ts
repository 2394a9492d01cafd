import { parse as parseYaml } from 'yaml'
import { type ExportFiles, referred } from './export-files.ts'
import type { Findings } from './findings.ts'
import { type Mapping, markersIn, withoutMarkers } from './markers.ts'

/** What it takes to read an export: its files, values for its markers, and somebody to tell. */
export interface Reading {
  readonly files: ExportFiles
  readonly mapping: Mapping
  readonly findings: Findings
}

/** One thing of an export, and the file it stands in. */
export interface Found {
  readonly file: string
  readonly value: Readonly<Record<string, unknown>>
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isText = (value: unknown): value is string => typeof value === 'string'

/** The value of a JSON or YAML file; undefined, and a problem told, when it cannot be had. */
export const readValue = (reading: Reading, file: string): unknown => {
  const text = readText(reading, file)
  if (text === undefined) return undefined
  const data = withoutMarkers(text, reading.mapping)
  try {
    const value: unknown = /\.ya?ml$/i.test(file) ? parseYaml(data, { maxAliasCount: 100 }) : JSON.parse(data)
    if (!isNestedDeeper(value, MOST_LEVELS)) return value
    reading.findings.add('problem', `cannot be read: it is nested deeper than ${MOST_LEVELS} levels`, file)
    return undefined
  } catch (error) {
    const [marker] = markersIn(data)
    const why = marker === undefined ? messageOf(error) : `the marker ${marker} has no value; give one with --mapping`
    reading.findings.add('problem', `cannot be read: ${why}`, file)
    return undefined
  }
}

const MOST_LEVELS = 100

const isNestedDeeper = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((one) => isNestedDeeper(one, levels - 1))
}

/** A script with its markers replaced; undefined, and a problem told, when one has no value or the file is not there. */
export const readScript = (reading: Reading, file: string): string | undefined => {
  const text = readText(reading, file)
  return text === undefined ? undefined : finishedScript(reading, text, file)
}

/** The script another file refers to, or that stands in it. */
export const scriptOf = (reading: Reading, from: string, written: string): string | undefined => {
  const target = isLine(written) ? referred(reading.files, from, written) : undefined
  if (!target?.isThere && !isPath(written)) return finishedScript(reading, written, from)
  if (target === undefined) {
    reading.findings.add('problem', `refers to ${written}, which leads out of the export; it is not read`, from)
    return undefined
  }
  return readScript(reading, target.path)
}

const isLine = (written: string): boolean => /^[^\n]+\.js$/.test(written)

// No script begins like a path, and one of a line that ends in `.js` has brackets. Files are called after what is in them, brackets and all.
const isPath = (written: string): boolean => isLine(written) && (/^\.{0,2}[\\/]/.test(written) || /^[^(){};=]+$/.test(written))

const finishedScript = ({ mapping, findings }: Reading, text: string, file: string): string | undefined => {
  const script = withoutMarkers(text, mapping)
  const open = markersIn(script)
  if (open.length === 0) return script
  findings.add(
    'problem',
    `${open.length > 1 ? 'markers' : 'the marker'} in its code ${open.length > 1 ? 'have' : 'has'} no value: ${open.join(', ')}; give it with --mapping`,
    file,
  )
  return undefined
}

const readText = ({ files, findings }: Reading, file: string): string | undefined => {
  try {
    return files.read(file)
  } catch (error) {
    findings.add('problem', `cannot be read: ${messageOf(error)}`, file)
    return undefined
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
