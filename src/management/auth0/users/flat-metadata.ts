const KINDS = ['app_metadata', 'user_metadata'] as const

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A line of an export that was asked for single fields has them as `"app_metadata.office365UPN": …` at its root; they become
 * metadata as if all of it had been asked for. Only the level below the root has a name of its own: the rest may have dots in it.
 */
export const withMetadata = (line: unknown): unknown => {
  if (!isRecord(line)) return line
  const rest = Object.entries(line).filter(([key]) => kindOf(key) === undefined)
  return { ...Object.fromEntries(rest), ...Object.fromEntries(KINDS.flatMap((kind) => completed(line, kind))) }
}

const kindOf = (key: string): string | undefined => KINDS.find((kind) => key.startsWith(`${kind}.`))

const completed = (line: Readonly<Record<string, unknown>>, kind: string): readonly (readonly [string, unknown])[] => {
  const flat = Object.entries(line).flatMap(([key, value]) =>
    kindOf(key) === kind && value !== null && value !== '' ? [[key.slice(kind.length + 1), value] as const] : [],
  )
  const whole = line[kind]
  if (flat.length === 0) return whole === undefined ? [] : [[kind, whole]]
  return [[kind, isRecord(whole) ? { ...Object.fromEntries(flat), ...whole } : Object.fromEntries(flat)]]
}
