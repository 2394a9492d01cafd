import { hash } from 'node:crypto'

const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60
/** 32 random bytes in base64url: anything else in a cookie of ours did not come from us. */
const RANDOM_VALUE = /^[\w-]{43}$/
const CONNECTION_ID = /^[\w-]{1,64}$/

/** What a browser brought along. Values are its own secrets: only their hashes go further in. */
export interface BrowserCookies {
  readonly session?: string
  readonly browser?: string
  readonly lastConnection?: string
}

/** What the inside knows a cookie by: nothing that is stored or logged can be put back into a browser. */
export const hashOfCookie = (value: string): string => hash('sha256', value, 'base64url')

/**
 * Our cookies. With https they are bound to exactly this host by their names (RFC 6265bis, section 4.1.3.2). On plain
 * http, which is loopback, browsers take neither `Secure` nor the prefix, nor `SameSite=None` without `Secure`.
 */
export const cookieJar = (publicUrl: URL) => {
  const isSecure = publicUrl.protocol === 'https:'
  const prefix = isSecure ? '__Host-' : ''
  const names = { session: `${prefix}usher_session`, browser: `${prefix}usher_browser`, last: `${prefix}usher_last` }
  const common = `; Path=/; HttpOnly${isSecure ? '; Secure' : ''}`
  // The browser's own cookie must come along with cross-site posts; it is worth nothing without a transaction's id.
  const withPosts = isSecure ? '; SameSite=None' : '; SameSite=Lax'
  return {
    read: (header: string | undefined): BrowserCookies => {
      if (!header) return {}
      const cookies = pairsOf(header)
      const session = matching(cookies.get(names.session), RANDOM_VALUE)
      const browser = matching(cookies.get(names.browser), RANDOM_VALUE)
      const lastConnection = matching(cookies.get(names.last), CONNECTION_ID)
      return { ...(session && { session }), ...(browser && { browser }), ...(lastConnection && { lastConnection }) }
    },
    startSession: (value: string): string => `${names.session}=${value}${common}; SameSite=Lax`,
    endSession: `${names.session}=${common}; SameSite=Lax; Max-Age=0`,
    markBrowser: (value: string): string => `${names.browser}=${value}${common}${withPosts}`,
    /** Undefined for a connection whose id does not fit into a cookie. */
    rememberConnection: (id: string): string | undefined =>
      CONNECTION_ID.test(id) ? `${names.last}=${id}${common}; SameSite=Lax; Max-Age=${ONE_YEAR_SECONDS}` : undefined,
  }
}

export type CookieJar = ReturnType<typeof cookieJar>

/** The pairs of a `Cookie` header (RFC 6265, section 4.2.1). Of two with the same name the first counts. */
const pairsOf = (header: string): ReadonlyMap<string, string> => {
  const pairs = new Map<string, string>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(equals, 0)).trim()
    if (name && !pairs.has(name)) pairs.set(name, pair.slice(equals + 1).trim())
  }
  return pairs
}

const matching = (value: string | undefined, pattern: RegExp): string | undefined =>
  value !== undefined && pattern.test(value) ? value : undefined
