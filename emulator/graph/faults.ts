import { DROP_HEADER } from '../broken-answer.ts'
import { createRandom, type SeededRandom } from '../random.ts'
import type { Scenarios } from '../scenarios.ts'
import type { GraphRoute } from './graph-call.ts'
import { concurrencyViolation, gatewayTimeout, internalError, serviceUnavailable, tooManyRequests } from './graph-failure.ts'

/** How a call can fail. The numbers are HTTP status codes. */
const faultKinds = ['429', '500', '502', '503', '504', 'reset', 'half', 'hang'] as const
type FaultKind = (typeof faultKinds)[number]

const BAD_GATEWAY = 502
const RANDOM_RETRY_SECONDS = 1

const gatewayPage = (): Response =>
  new Response('<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>', {
    status: BAD_GATEWAY,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  })

const dropped = (how: 'reset' | 'half'): Response =>
  new Response('{"@odata.context":"https://graph', {
    headers: { [DROP_HEADER]: how, 'content-type': 'application/json' },
  })

const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })

const fail = (kind: FaultKind, signal: AbortSignal): Response | Promise<never> => {
  switch (kind) {
    case '429':
      throw tooManyRequests(RANDOM_RETRY_SECONDS)
    case '500':
      throw internalError()
    case '502':
      return gatewayPage()
    case '503':
      throw serviceUnavailable(undefined)
    case '504':
      throw gatewayTimeout()
    case 'reset':
    case 'half':
      return dropped(kind)
    case 'hang':
      return hang(signal)
  }
}

interface RandomFault {
  readonly kind: FaultKind
  readonly isBefore: boolean
}

/** What goes wrong with one call: each step gives the answer to send instead, or undefined to go on, or throws. */
export interface CallFaults {
  /** Before anybody looks at the call. */
  readonly atGateway: () => Response | undefined | Promise<Response | undefined>
  /** After authentication, before anything is done. */
  readonly before: (route: GraphRoute) => Response | undefined | Promise<Response | undefined>
  /** After it was done. */
  readonly after: (route: GraphRoute) => Response | undefined | Promise<Response | undefined>
}

const isKind = (text: string): text is FaultKind => faultKinds.some((kind) => kind === text)

/** Draws from the scenario's own seed, so that a run can be played again. */
const createDice = (scenarios: Scenarios): (() => RandomFault | undefined) => {
  let dice: SeededRandom | undefined
  return () => {
    const options = scenarios.look('randomFaults')
    if (options === undefined) {
      dice = undefined
      return undefined
    }
    if (dice?.seed !== options.seed) dice = createRandom(options.seed)
    const isStruck = dice.next() < options.rate
    const kinds = options.kinds.split(' ').filter(isKind)
    const kind = kinds[dice.between(0, kinds.length - 1)]
    const isBefore = dice.next() < 0.5
    return isStruck && kind !== undefined ? { kind, isBefore } : undefined
  }
}

const atGateway = (scenarios: Scenarios, signal: AbortSignal): Response | undefined | Promise<never> => {
  if (scenarios.strike('graphHangs') !== undefined) return hang(signal)
  if (scenarios.strike('graphHtml') !== undefined) return gatewayPage()
  if (scenarios.strike('graphDown') !== undefined) throw serviceUnavailable(undefined)
  return undefined
}

const beforeActing = (scenarios: Scenarios, route: GraphRoute): void => {
  const throttled = scenarios.strike('throttled')
  if (throttled !== undefined) throw tooManyRequests(throttled.retryAfterSeconds)
  if (route.method !== 'GET' && scenarios.strike('concurrencyConflict') !== undefined) throw concurrencyViolation()
}

const afterActing = (scenarios: Scenarios, route: GraphRoute): void => {
  const isCreate = route.method === 'POST' && route.path === '/users'
  if (isCreate && scenarios.strike('createdBut504') !== undefined) throw gatewayTimeout()
  const isLicense = route.path.endsWith('/assignLicense')
  if (isLicense && scenarios.strike('licensedBut504') !== undefined) throw gatewayTimeout()
}

/** The misbehavior that the scenarios ask for, per call. */
export const createFaults = (scenarios: Scenarios): ((signal: AbortSignal) => CallFaults) => {
  const roll = createDice(scenarios)
  return (signal) => {
    let fault: RandomFault | undefined
    return {
      atGateway: () => atGateway(scenarios, signal),
      before: (route) => {
        beforeActing(scenarios, route)
        fault = roll()
        return fault?.isBefore === true ? fail(fault.kind, signal) : undefined
      },
      after: (route) => {
        afterActing(scenarios, route)
        return fault?.isBefore === false ? fail(fault.kind, signal) : undefined
      },
    }
  }
}
