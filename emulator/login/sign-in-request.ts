import type { SeededRandom } from '../random.ts'
import type { Federation } from '../world-state.ts'

/** The shapes in which Microsoft asks: hinted, typed, with a second factor, as in Live-ID days. */
export const requestShapes = ['A', 'B', 'C', 'D'] as const
export type RequestShape = (typeof requestShapes)[number]

export interface SignInOrder {
  readonly shape: RequestShape
  /** A whole user principal name, or undefined when only the domain is known. */
  readonly username?: string | undefined
  readonly context: string
  /** The app asked for credentials to be typed again. */
  readonly isFresh: boolean
  readonly correlationId: string
}

const REALM = 'urn:federation:MicrosoftOnline'
const MULTIPLE_FACTORS = 'http://schemas.microsoft.com/claims/multipleauthn'
const PASSWORD = 'http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password'
const THREE_DAYS_SECONDS = 259_200

type Parameters = readonly (readonly [string, string])[]

/** Microsoft's percent-encoding: either case of the hexadecimal digits, without a visible rule. */
const encode = (value: string, random: SeededRandom): string =>
  encodeURIComponent(value)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%[0-9A-F]{2}/gi, (triplet) => (random.next() < 0.5 ? triplet.toLowerCase() : triplet.toUpperCase()))

const freshness = (order: SignInOrder, behavior: Federation['promptLoginBehavior']): Parameters => {
  if (!order.isFresh) return []
  switch (behavior) {
    case 'nativeSupport':
      return [['prompt', 'login']]
    case 'translateToFreshPasswordAuthentication':
      return [
        ['wfresh', '0'],
        ['wauth', PASSWORD],
      ]
    case 'disabled':
      return [['wfresh', '0']]
  }
}

const parametersOf = (order: SignInOrder): Parameters => {
  const name = order.username ?? ''
  const asking: Parameters = [
    ['wa', 'wsignin1.0'],
    ['wtrealm', REALM],
    ['wctx', order.context],
  ]
  const correlation: Parameters = [['client-request-id', order.correlationId]]
  switch (order.shape) {
    case 'A': {
      const hint: Parameters = name === '' ? [] : [['login_hint', name]]
      return [...hint, ...correlation, ['username', name], ...asking]
    }
    case 'B':
      return [...correlation, ...asking, ['cbcxt', ''], ['username', name], ['mkt', ''], ['lc', '']]
    case 'C':
      return [['wauth', MULTIPLE_FACTORS], ['mfa_max_age', String(THREE_DAYS_SECONDS)], ...correlation, ['username', name], ...asking]
    case 'D':
      return [['cbcxt', ''], ['popupui', ''], ['vv', ''], ['username', name], ['mkt', ''], ['lc', '1033'], ...asking]
  }
}

// Live-ID links leave the realm as it is, and send an empty wfresh where nothing fresh is wanted.
const spell =
  (shape: RequestShape, random: SeededRandom) =>
  ([name, value]: readonly [string, string]): string =>
    shape === 'D' && name === 'wtrealm' ? `${name}=${value}` : `${name}=${encode(value, random)}`

/** The address a browser is sent to, so that its person proves who they are (WS-Federation, `wsignin1.0`). */
export const signInAddress = (federation: Federation, order: SignInOrder, random: SeededRandom): string => {
  const emptyFresh: Parameters = order.shape === 'D' && !order.isFresh ? [['wfresh', '']] : []
  const parameters = [...emptyFresh, ...parametersOf(order), ...freshness(order, federation.promptLoginBehavior)]
  // A known parameter is never sent twice: a wauth for the second factor wins over one for a fresh password.
  const distinct = parameters.filter(([name], at) => parameters.findIndex(([other]) => other === name) === at)
  const query = distinct.map(spell(order.shape, random)).join('&')
  const joint = federation.passiveSignInUri.includes('?') ? '&' : '?'
  return `${federation.passiveSignInUri}${joint}${query}`
}
