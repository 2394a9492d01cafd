import { UsherError } from '#kernel/errors.ts'
import type { ConnectionSettings, Settings } from '#kernel/settings.ts'

/** A connection that is about to mean other people by the subjects it names. */
export interface Turned {
  readonly connection: ConnectionSettings
  /** What would turn it, as it stands in a settings file. */
  readonly field: string
}

/**
 * What a subject means: who knows it under this type, in which attribute, and whether a directory says it. Under another one
 * the same text may be somebody else, or be chosen by somebody else.
 */
const MEANINGS: Readonly<Record<string, (connection: ConnectionSettings) => unknown>> = {
  type: ({ type }) => type,
  directory: ({ directory }) => directory !== undefined,
  subjectAttribute: ({ settings }) => settings['subjectAttribute'],
  nameIdFormat: ({ settings }) => settings['nameIdFormat'],
  'profile.subject': ({ settings }) => subjectIn(settings['profile']),
}

const subjectIn = (profile: unknown): unknown =>
  typeof profile === 'object' && profile !== null && 'subject' in profile ? profile.subject : undefined

export const turnedConnections = (current: Settings, next: Pick<Settings, 'connections'>): readonly Turned[] =>
  current.connections.flatMap((connection) => {
    const after = next.connections.find(({ id }) => id === connection.id)
    if (!after) return []
    return Object.entries(MEANINGS).flatMap(([field, meaning]) => (meaning(connection) === meaning(after) ? [] : { connection, field }))
  })

export const turnedTooLate = ({ connection: { name }, field: turned }: Turned): UsherError => {
  const field = `connections.${name}.${turned}`
  const problem = `${field}: people have signed in with it already, so it stays as it is. Declare a connection with another name`
  return new UsherError('settings_invalid', { detail: { field, problem } })
}
