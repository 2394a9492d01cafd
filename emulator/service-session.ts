import { seal, unseal } from './sealed.ts'
import { tenantKey, type World } from './world.ts'

/** Who Microsoft's login says has arrived. */
export interface ServiceSession {
  readonly userId: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly hasSecondFactor: boolean
}

/** Tickets that login hands to a service, and that the service keeps in its cookie. */
export interface ServiceSessions {
  readonly seal: (session: ServiceSession) => string
  /** Undefined when it was made by somebody else or is older than eight hours. */
  readonly open: (ticket: string) => ServiceSession | undefined
}

const EIGHT_HOURS_MS = 8 * 60 * 60_000

export const createServiceSessions = (world: World): ServiceSessions => {
  const key = tenantKey(world.state, 'service-session')
  return {
    seal: (session) => seal(key, session),
    open: (ticket) => {
      // Sealed by the line above, so it has that shape.
      const session = unseal(key, ticket) as ServiceSession | undefined
      return session !== undefined && session.at + EIGHT_HOURS_MS > world.clock.now() ? session : undefined
    },
  }
}
