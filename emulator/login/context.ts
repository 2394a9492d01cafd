import { isMarked, mark } from '../sealed.ts'
import { tenantKey, type World } from '../world.ts'

/** What Microsoft remembers in `wctx` while the person is away. */
export interface SignInContext {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The browser that asked. */
  readonly browser: string
  /** Where it goes afterwards. */
  readonly target: string
  readonly domain: string
}

export type ContextReading =
  | { readonly kind: 'known'; readonly context: SignInContext }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Makes and reads `wctx`. It travels whole, so it survives a restart; that each is used once is kept in memory. */
export interface Contexts {
  readonly write: (context: Omit<SignInContext, 'id' | 'at'>, style: ContextStyle) => string
  /** Uses it up. */
  readonly spend: (wctx: string, browser: string | undefined) => ContextReading
}

/** `typed`: after the name page. `legacy`: the spelling of Live-ID days. */
export type ContextStyle = 'plain' | 'typed' | 'legacy'

const FIFTEEN_MINUTES_MS = 15 * 60_000
const LONGEST_FILLER_BYTES = 2_400
const SHORTEST_FILLER_BYTES = 200

const leads: Readonly<Record<ContextStyle, string>> = {
  plain: 'estsredirect=2&estsrequest=',
  typed: 'LoginOptions=3&estsredirect=2&estsrequest=',
  legacy:
    'wa=wsignin1.0&rpsnv=4&ct=1770000000&rver=6.4.6456.0&wp=MCMBI' +
    '&wreply=https:%2F%2Fportal.office.localhost%2Flanding.aspx%3Ftarget%3D%252Fa%2Bb%26c' +
    '&lc=1033&id=501392&LoginOptions=3&estsrequest=',
}

// Characters that come back changed from whoever decodes once too often or too seldom.
const TRAPS = '~+%2b%252F=&"\'<>é&amp;'

const parse = (wctx: string, key: Buffer): SignInContext | undefined => {
  const end = wctx.lastIndexOf('*')
  if (end < 0 || !isMarked(key, wctx.slice(0, end), wctx.slice(end + 1))) return undefined
  const payload = /estsrequest=([\w-]+)~/.exec(wctx)?.[1] ?? ''
  // Marked by `write`, so it has the shape given there.
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as SignInContext
}

export const createContexts = (world: World): Contexts => {
  const key = tenantKey(world.state, 'sign-in-context')
  const spent = new Map<string, number>()
  const forgetOld = (now: number): void => {
    for (const [id, at] of spent) if (at + FIFTEEN_MINUTES_MS < now) spent.delete(id)
  }
  return {
    write: (context, style) => {
      const whole: SignInContext = { id: world.random.guid(), at: world.clock.now(), ...context }
      const payload = Buffer.from(JSON.stringify(whole)).toString('base64url')
      const length = world.random.between(SHORTEST_FILLER_BYTES, LONGEST_FILLER_BYTES)
      const text = `${leads[style]}${payload}${TRAPS}${world.random.bytes(length).toString('base64')}`
      return `${text}*${mark(key, text)}`
    },
    spend: (wctx, browser) => {
      if (wctx === '') return { kind: 'none' }
      const now = world.clock.now()
      forgetOld(now)
      const context = parse(wctx, key)
      if (context === undefined) return { kind: 'refused', reason: 'wctx is not what was sent' }
      if (spent.has(context.id)) return { kind: 'refused', reason: 'wctx was used before' }
      if (context.at + FIFTEEN_MINUTES_MS < now) return { kind: 'refused', reason: 'wctx is too old' }
      if (context.browser !== browser) return { kind: 'refused', reason: 'wctx belongs to another browser' }
      spent.set(context.id, context.at)
      return { kind: 'known', context }
    },
  }
}
