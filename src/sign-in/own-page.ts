import { hash } from 'node:crypto'
import { UsherError } from '#kernel/errors.ts'
import { allowsLinking } from '#kernel/linking.ts'
import { calledName, type Identity, type LinkedIdentity } from '#kernel/person.ts'
import type { OwnWay } from '#kernel/page.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { OwnPage, SignInRequest } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { guid } from '#lib/guid.ts'
import { startedHere } from './open.ts'
import { FRESH, type Owner, ownerOf, type Place } from './owner.ts'
import type { Parts } from './parts.ts'
import { connectionsOf, ownPath } from './step.ts'

interface OwnPageParts {
  readonly parts: Parts
  readonly begin: (request: SignInRequest, visit: Visit, settings: Settings) => Promise<Answer>
}

type Wish = 'show' | 'again' | 'add' | 'remove'

/**
 * `/you`: who somebody is here and by which ways, and a way more or less. It belongs to a relying party, the first one when
 * none is named. Throws `page_unknown` where nobody may link anything, or where no session is kept.
 */
export const ownPage = ({ parts, begin }: OwnPageParts) => {
  const signIn = (place: Place, own: OwnPage, freshness: SignInRequest['freshness'] = {}) =>
    begin({ ...startedHere(place.relyingParty, place.visit, parts, { own }), freshness }, place.visit, place.settings)

  const add = (owner: Owner, place: Place): Promise<Answer> | Answer =>
    owner.mayLink ? signIn(place, { wants: 'claim', user: owner.standing.user.id }, FRESH) : toOwnPage(place)

  const show = async (place: Place): Promise<Answer> => {
    const owner = await ownerOf(place)
    return owner ? shown(owner, place) : signIn(place, { wants: 'page' })
  }

  /** Nothing changes for who did not prove a moment ago who they are: the page says so. */
  const change = async (place: Place, how: (owner: Owner, place: Place) => Promise<Answer> | Answer): Promise<Answer> => {
    const owner = await ownerOf(place)
    return owner?.isFresh ? how(owner, place) : toOwnPage(place)
  }

  return async (wish: Wish, visit: Visit): Promise<Answer> => {
    const settings = await parts.books.settings.current()
    const place: Place = { visit, settings, parts, relyingParty: namedIn(visit, settings) }
    assertOpen(place)
    switch (wish) {
      case 'show':
        return show(place)
      case 'again':
        return signIn(place, { wants: 'page' }, FRESH)
      case 'add':
        return change(place, add)
      case 'remove':
        return change(place, remove)
    }
  }
}

const toOwnPage = ({ relyingParty }: Place): Answer => ({ kind: 'redirect', location: ownPath(relyingParty) })

const namedIn = ({ url }: Visit, { relyingParties }: Settings): RelyingParty => {
  const client = url.searchParams.get('client')
  const found = client === null ? relyingParties[0] : relyingParties.find((one) => one.clientId === client)
  if (!found) throw new UsherError(client === null ? 'page_unknown' : 'relying_party_unknown')
  return found
}

const assertOpen = (place: Place): void => {
  if (place.relyingParty.sessionMaxAgeSeconds === 0 || !connectionsOf(place).some(allowsLinking)) throw new UsherError('page_unknown')
}

const shown = ({ standing, record, isFresh, mayLink }: Owner, place: Place): Answer => {
  const { user, subject } = standing
  const { relyingParty } = place
  const change = { remove: ownPath(relyingParty, '/remove'), ...(mayLink && { add: ownPath(relyingParty, '/add') }) }
  return {
    kind: 'page',
    status: 200,
    page: {
      name: 'you',
      service: relyingParty.name,
      who: calledName(user),
      ...(subject && { userPrincipalName: subject.userPrincipalName }),
      ways: record.identities.map((one, index) => wayOf(one, { isMain: index === 0, root: record.root, place })),
      ...(isFresh ? { change } : { again: ownPath(relyingParty, '/again') }),
    },
  }
}

interface Shown {
  readonly isMain: boolean
  readonly root: Owner['record']['root']
  readonly place: Place
}

const wayOf = (one: LinkedIdentity, { isMain, root, place }: Shown): OwnWay => {
  const connection = place.settings.connections.find(({ id }) => id === one.identity.connection)
  const said = isMain ? root : one.profileData
  const called = said?.['email'] ?? said?.['name']
  return {
    label: connection?.label ?? one.connectionName,
    brand: connection?.brand ?? one.connectionName,
    called: typeof called === 'string' ? called : '',
    isMain,
    ...(!isMain && { key: keyOf(one.identity) }),
  }
}

/** An identity as a form names it: its own words are nobody's business. */
const keyOf = ({ connection, issuer, subject }: Identity): string =>
  hash('sha256', JSON.stringify([connection, issuer, subject]), 'base64url')

/** The main one stays, and must be one they can come back by: nobody locks themselves out. */
const remove = async ({ standing, record, session }: Owner, place: Place): Promise<Answer> => {
  const { visit, parts } = place
  const [main, ...linked] = record.identities
  const wanted = linked.find(({ identity }) => keyOf(identity) === visit.form.get('way'))
  const canReturn = connectionsOf(place).some(({ id }) => id === main.identity.connection)
  if (!wanted || !canReturn) throw new UsherError('linking_refused', { detail: { reason: wanted ? 'last' : 'unknown' } })
  const reference = guid(parts.randomness.bytes(16))
  const { id: primary } = standing.user
  const isGone = await parts.books.joins.leave({ primary, session, identity: wanted.identity, reference, at: visit.at })
  if (isGone) parts.log.info('user_unlinked', { reference, user: primary, connection: wanted.identity.connection })
  return toOwnPage(place)
}
