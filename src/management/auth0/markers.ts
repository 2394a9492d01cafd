/** Values for the markers of an export, as Auth0's own tool is told them. */
export type Mapping = Readonly<Record<string, unknown>>

const NAME = '([A-Za-z0-9][\\w.-]*)'
const AS_JSON = new RegExp(`@@${NAME}@@`, 'g')
const AS_JSON_OR_QUOTED = new RegExp(`(["']?)@@${NAME}@@\\1`, 'g')
const AS_TEXT = new RegExp(`##${NAME}##`, 'g')

const isKnown = (mapping: Mapping, name: string): boolean => Object.hasOwn(mapping, name)

/**
 * `@@NAME@@` becomes the value as JSON, `##NAME##` its bare text, in data and in code; what has no value stays. Quotes
 * around one that stands for JSON are not meant.
 */
export const withoutMarkers = (text: string, mapping: Mapping): string =>
  text
    .replace(AS_JSON_OR_QUOTED, (marker, _quote, name) => (isKnown(mapping, name) ? JSON.stringify(mapping[name]) : marker))
    .replace(AS_TEXT, (marker, name) => (isKnown(mapping, name) ? String(mapping[name]) : marker))

/** Names of the markers in a text that have no value yet. */
export const markersIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(AS_JSON), ...text.matchAll(AS_TEXT)].map(([, name = '']) => name)),
]

/** The same anywhere in a value. */
export const markersWithin = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return markersIn(value)
  if (typeof value !== 'object' || value === null) return []
  return [...new Set(Object.values(value).flatMap(markersWithin))]
}
