import type { Account } from '#kernel/account.ts'
import type { DirectoryUser } from './directory.ts'
import type { Reply } from './graph-client.ts'
import type { Work } from './work.ts'

/** Who has our immutable ID, as far as the replica that was asked knows. */
export type Finding =
  | { readonly kind: 'live'; readonly user: DirectoryUser }
  | { readonly kind: 'deleted'; readonly user: DirectoryUser }
  /** It has our immutable ID and yet is not ours. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'nobody' }

export const isSameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

/**
 * Ours, and not merely alike: the immutable ID is the row's and the marker is Usher's for this identity. An object the
 * row names by its id needs no marker; an import brings objects that never had one, with their name.
 */
export const isOurs = (user: DirectoryUser, account: Account, { names }: Work): boolean => {
  if (user.onPremisesImmutableId !== account.immutableId) return false
  if (user.employeeType === names.marker || user.id === account.objectId) return true
  return account.origin === 'imported' && isSameName(user.userPrincipalName, account.userPrincipalName)
}

/** Looks for our immutable ID among the living and the deleted. Nobody is no proof that there is none. */
export const look = async (account: Account, work: Work): Promise<Reply<Finding>> => {
  const { directory } = work.shop
  const live = await directory.live(account.immutableId, work.errand)
  if (!live.ok) return live
  const [user] = live.value
  if (user !== undefined) return { ok: true, value: isOurs(user, account, work) ? { kind: 'live', user } : { kind: 'foreign' } }
  const deleted = await directory.deleted(account.immutableId, work.errand)
  if (!deleted.ok) return deleted
  const former = latest(
    deleted.value.filter((other) => isOurs(other, account, work)),
    account,
  )
  return { ok: true, value: former === undefined ? { kind: 'nobody' } : { kind: 'deleted', user: former } }
}

/** The one the row names, or else the one that was deleted last. */
const latest = (users: readonly DirectoryUser[], { objectId }: Account): DirectoryUser | undefined => {
  const deletedAt = ({ deletedDateTime }: DirectoryUser): number => Date.parse(deletedDateTime ?? '')
  return users.find(({ id }) => id === objectId) ?? users.toSorted((left, right) => deletedAt(right) - deletedAt(left))[0]
}

/** Our own living object, if this replica knows one. */
export const ownHolder = async (account: Account, work: Work): Promise<Reply<DirectoryUser | undefined>> => {
  const reply = await work.shop.directory.live(account.immutableId, work.errand)
  return reply.ok ? { ok: true, value: reply.value.find((user) => isOurs(user, account, work)) } : reply
}
