import { UsherError } from '#kernel/errors.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'

export const WSFED = 'wsfed'

/** Where other products publish it too; Microsoft's own spell it in either case. */
export const METADATA_PATH = 'FederationMetadata/2007-06/FederationMetadata.xml'

/** What an address below `/wsfed` names. */
export interface Address {
  readonly clientId?: string
  readonly isMetadata: boolean
}

/** Throws `page_unknown`. */
export const readAddress = ({ pathname }: URL): Address => {
  const rest = pathname.replace(/^\/wsfed(\/|$)/, '').replace(/\/$/, '')
  const metadata = rest.toLowerCase().endsWith(METADATA_PATH.toLowerCase())
  const client = metadata ? rest.slice(0, -METADATA_PATH.length).replace(/\/$/, '') : rest
  if (client.includes('/')) throw new UsherError('page_unknown')
  return { isMetadata: metadata, ...(client && { clientId: clientIdOf(client) }) }
}

const clientIdOf = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    throw new UsherError('page_unknown', { cause: error })
  }
}

export const relyingPartiesOf = (settings: Settings): readonly RelyingParty[] =>
  settings.relyingParties.filter((one) => one.protocol === WSFED)

/** The relying party with this client id. Throws `relying_party_unknown`. */
export const byClientId = (settings: Settings, clientId: string): RelyingParty => {
  const found = relyingPartiesOf(settings).find((one) => one.clientId === clientId)
  if (!found) throw new UsherError('relying_party_unknown')
  return found
}

/** The only relying party with this realm; undefined when there is none, or more than one. */
export const byRealm = (settings: Settings, realm: string): RelyingParty | undefined => {
  const [found, another] = relyingPartiesOf(settings).filter((one) => one.realm === realm)
  return another ? undefined : found
}
