import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'

/** A value that differs; undefined on the side that does not have it. */
export interface Change {
  /** `app_metadata.seen`. */
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

/** Where two objects differ, as deep as both are objects. */
export const changesBetween = (before: JsonObject, after: JsonObject, path: readonly string[] = []): readonly Change[] => {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return keys.flatMap((key) => changeOf([...path, key], before[key], after[key]))
}

const changeOf = (path: readonly string[], before: Json | undefined, after: Json | undefined): readonly Change[] => {
  // Empty places that are only there for scripts to fill are no change.
  if (isDeepStrictEqual(before, after) || (before === undefined && isDeepStrictEqual(after, {}))) return []
  if (isJsonObject(before) && isJsonObject(after)) return changesBetween(before, after, path)
  return [{ path: path.join('.'), ...(before !== undefined && { before }), ...(after !== undefined && { after }) }]
}
