import { authoritativeAddress, mayHost } from '#kernel/linking.ts'
import type { Profile, User } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Arriving } from './books.ts'
import type { Occasion } from './step.ts'
import { isUsable } from './usable-connection.ts'

/** Who a profile is about, and the connection that says so. */
export interface Spoken {
  readonly profile: Profile
  readonly settings: ConnectionSettings
  readonly arriving: Arriving
}

/** The user of an identity: their own, one it is linked to, or, where both connections allow it, the one who has its address. */
export const userOf = async ({ profile, settings, arriving }: Spoken, occasion: Pick<Occasion, 'parts' | 'settings'>): Promise<User> => {
  const { log, books } = occasion.parts
  const { identity, reference, at } = arriving
  const address = authoritativeAddress(profile, settings)
  if (address === undefined) return books.people.recognize(identity, arriving.said, at)
  const among = occasion.settings.connections.filter((one) => mayHost(one, address) && isUsable(one, occasion))
  const { user, how } = await books.joins.recognizeByAddress({ ...arriving, address, among })
  const facts = { reference, connection: settings.id, user: user.id }
  if (how === 'joined') log.info('user_linked', { ...facts, reason: 'verified address' })
  // Two who have accounts are never made one: an administrator decides whose is kept.
  if (how === 'apart') log.warn('user_not_linked', { ...facts, reason: 'another user has the same verified address' })
  return user
}
