import type { Clock } from '#kernel/clock.ts'
import type { UserId } from '#kernel/person.ts'
import type { KeptSession, SessionPlace, Whose } from '#kernel/session.ts'
import type { Stores } from '#storage/open.ts'

interface Parts {
  readonly stores: Pick<Stores, 'sessionDesk' | 'settings'>
  readonly clock: Pick<Clock, 'now'>
}

interface Asked {
  readonly limit: number
  /** By id. */
  readonly user?: UserId
  /** `next` of the page before. */
  readonly from?: string
}

/** A session as an administrator sees it: its connection by name, where there is one still. */
export interface SessionReport extends KeptSession {
  readonly connectionName?: string
}

interface SessionPage {
  readonly sessions: readonly SessionReport[]
  /** Where the next page begins; left out on the last one. */
  readonly next?: string
}

/** What an administrator does with sessions: see them, end them. */
export const sessionAdministration = ({ stores: { sessionDesk, settings }, clock }: Parts) => ({
  /** The one that lasts longest first. */
  sessions: async ({ limit, user, from }: Asked): Promise<SessionPage> => {
    const { connections } = await settings.current()
    const after = from === undefined ? undefined : placeIn(from)
    // One more than is shown says whether there is another page.
    const found = await sessionDesk.list({
      at: clock.now(),
      limit: limit + 1,
      ...(user !== undefined && { user }),
      ...(after && { after }),
    })
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    return {
      sessions: shown.map((one) => {
        const connectionName = connections.find(({ id }) => id === one.connection)?.name
        return { ...one, ...(connectionName !== undefined && { connectionName }) }
      }),
      ...(found.length > limit && last && { next: `${last.expiresAt}.${last.id}` }),
    }
  },
  /** How many there were; undefined when there is no such session or user. */
  endSessions: (whose: Whose, { by, reference = by }: { readonly by: string; readonly reference?: string }): Promise<number | undefined> =>
    sessionDesk.end(whose, { by, reference, at: clock.now() }),
})

const placeIn = (from: string): SessionPlace => {
  const [expiresAt = '', id = ''] = from.split('.')
  return { expiresAt: Number(expiresAt), id }
}
