import { UsherError } from '#kernel/errors.ts'
import type { Answer } from '#kernel/visit.ts'
import { callbackUrlOf } from './authenticate.ts'
import type { Parts } from './parts.ts'
import { standingOf } from './usable-connection.ts'

/**
 * What a connection's provider needs to know of us. Also of one that was not tested yet, because that is when it is needed.
 * Throws `connection_unknown` where there is nothing to say.
 */
export const connectionDocument = async (name: string, parts: Parts): Promise<Answer> => {
  const current = await parts.books.settings.current()
  const settings = current.connections.find((one) => one.name === name)
  const standing = settings && standingOf(settings, { settings: current, parts }).kind
  if (!settings || standing === 'disabled' || standing === 'broken') throw new UsherError('connection_unknown')
  const connection = parts.connection(settings)
  if (connection.kind !== 'redirect' || !connection.document) throw new UsherError('connection_unknown')
  return { kind: 'document', status: 200, ...(await connection.document(callbackUrlOf(settings, parts.publicUrl))) }
}
