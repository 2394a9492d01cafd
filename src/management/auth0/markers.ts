/** Values for the markers of an export, as the keyword file of Auth0's own tool has them. */
export type Mapping = Readonly<Record<string, unknown>>

const AS_JSON = /@@([A-Za-z0-9_]+)@@/g
const QUOTED_AS_JSON = /(["'])@@([A-Za-z0-9_]+)@@\1/g
const AS_TEXT = /##([A-Za-z0-9_]+)##/g

const isKnown = (mapping: Mapping, name: string): boolean => Object.hasOwn(mapping, name)

/** `@@NAME@@` becomes the value as JSON, `##NAME##` its bare text, in code as well; what has no value stays. */
export const withoutMarkers = (text: string, mapping: Mapping): string =>
  text
    .replace(AS_JSON, (marker, name) => (isKnown(mapping, name) ? JSON.stringify(mapping[name]) : marker))
    .replace(AS_TEXT, (marker, name) => (isKnown(mapping, name) ? String(mapping[name]) : marker))

/** The same for JSON and YAML, where a marker may stand in quotes that are not meant. */
export const withoutMarkersInData = (text: string, mapping: Mapping): string =>
  withoutMarkers(
    text.replace(QUOTED_AS_JSON, (marker, _quote, name) => (isKnown(mapping, name) ? JSON.stringify(mapping[name]) : marker)),
    mapping,
  )

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
