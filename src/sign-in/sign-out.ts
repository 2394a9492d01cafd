import type { Settings } from '#kernel/settings.ts'
import type { Answer } from '#kernel/visit.ts'
import type { Arrival } from '#protocols/protocol.ts'
import { linkInto } from './step.ts'

/** Ends the session because a relying party says so. */
export const signOut = (arrival: Extract<Arrival, { kind: 'sign-out' }>): Answer => {
  if (arrival.replyUrl) return { kind: 'redirect', location: arrival.replyUrl, session: 'end' }
  const { relyingParty, quiet } = arrival
  return {
    kind: 'page',
    status: 200,
    page: {
      name: 'signed-out',
      // Somebody else's page frames this one when it is quiet: nothing to click there.
      elsewhere: [],
      ...(relyingParty && { service: relyingParty.name }),
      ...(relyingParty && !quiet && { onward: linkInto(relyingParty) }),
    },
    session: 'end',
  }
}

/** Ends the session because the person asked us, and shows where else they may still be signed in. */
export const signOutHere = (settings: Settings): Answer => {
  const elsewhere = settings.relyingParties.flatMap((one) => (one.signOutUrl ? [one.signOutUrl] : []))
  const [only, another] = settings.relyingParties
  return {
    kind: 'page',
    status: 200,
    page: {
      name: 'signed-out',
      elsewhere: [...new Set(elsewhere)],
      ...(only && !another && { service: only.name, onward: linkInto(only) }),
    },
    session: 'end',
  }
}
