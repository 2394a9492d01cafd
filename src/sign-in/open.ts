import { ONE_MINUTE_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { RelyingParty } from '#kernel/settings.ts'
import type { Opened, SignInRequest } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import { guid } from '#lib/guid.ts'
import type { Parts } from './parts.ts'

const TEN_MINUTES_MS = 10 * ONE_MINUTE_MS
/** A hint nobody could have meant is none. */
const LONGEST_HINT = 320

/** A sign-in that just began; stored only if somebody has to be asked. */
export const open = (request: SignInRequest, visit: Visit, parts: Pick<Parts, 'randomness'>): Opened => ({
  stage: 'opened',
  id: parts.randomness.bytes(16).toString('base64url'),
  browser: visit.browser,
  request,
  expiresAt: visit.at + TEN_MINUTES_MS,
  // Who shows another identity is not answered by the session they have.
  ...(request.own?.wants === 'claim' && { fresh: true }),
})

/** `/login?client=…&protocol=…`, a link into a relying party that starts here, in Auth0's spelling. */
export const smartLinkRequest = (
  visit: Visit,
  relyingParties: readonly RelyingParty[],
  parts: Pick<Parts, 'randomness'>,
): SignInRequest => {
  const query = visit.url.searchParams
  const clientId = query.get('client') ?? query.get('client_id')
  const relyingParty = relyingParties.find((one) => one.clientId === clientId)
  if (!relyingParty) throw new UsherError('relying_party_unknown')
  const protocol = query.get('protocol')
  if (protocol && protocol !== relyingParty.protocol) throw new UsherError('request_malformed', { detail: { parameter: 'protocol' } })
  const named = query.get('connection') || query.get('whr')
  const homeRealm = named && named.length <= LONGEST_HINT ? named : undefined
  return startedHere(relyingParty, visit, parts, { ...(homeRealm && { homeRealm }), onward: {} })
}

/** `/go/{name}`, with the deep link its settings name or an allow-listed one in `to`. */
export const namedLinkRequest = (
  name: string,
  visit: Visit,
  relyingParties: readonly RelyingParty[],
  parts: Pick<Parts, 'randomness'>,
): SignInRequest => {
  const relyingParty = relyingParties.find((one) => Object.hasOwn(one.links, name))
  const link = relyingParty?.links[name]
  if (!relyingParty || !link) throw new UsherError('link_unknown')
  const asked = visit.url.searchParams.get('to')
  const allowed = asked ? allowedBy(relyingParty.deepLinkPrefixes, asked) : undefined
  if (asked && !allowed) throw new UsherError('reply_url_refused', { detail: { parameter: 'to' } })
  const deepLink = allowed ?? link.deepLink
  return startedHere(relyingParty, visit, parts, { onward: deepLink ? { deepLink } : {} })
}

/** A sign-in that begins here and ends in a relying party. */
export const startedHere = (
  relyingParty: RelyingParty,
  visit: Visit,
  parts: Pick<Parts, 'randomness'>,
  more: Pick<SignInRequest, 'homeRealm' | 'onward' | 'own'>,
): SignInRequest => ({
  protocol: relyingParty.protocol,
  relyingParty: relyingParty.clientId,
  replyUrl: relyingParty.replyUrls[0],
  freshness: {},
  correlation: guid(parts.randomness.bytes(16)),
  arrivedAt: visit.at,
  ...more,
})

/**
 * Compared as parsed: same origin, and the whole path prefix, so that neither `@` nor `..` leads elsewhere. It goes on as it
 * was compared: others read a backslash, a tab or a missing slash in another way.
 */
const allowedBy = (prefixes: readonly string[], asked: string): string | undefined => {
  const target = URL.parse(asked)
  if (!target || target.username || target.password) return undefined
  const isAllowed = prefixes.some((prefix) => {
    const allowed = new URL(prefix)
    const path = allowed.pathname.endsWith('/') ? allowed.pathname : `${allowed.pathname}/`
    return target.origin === allowed.origin && `${target.pathname}/`.startsWith(path)
  })
  return isAllowed ? target.href : undefined
}
