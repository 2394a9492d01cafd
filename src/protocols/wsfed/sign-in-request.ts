import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { SignInRequest } from '#kernel/transaction.ts'
import { guid, isGuid } from '#lib/guid.ts'
import { byClientId, byRealm, WSFED } from './address.ts'
import { freshnessOf } from './freshness.ts'
import { languageOf } from './language.ts'
import { type Parameters, refuse } from './parameters.ts'

const CONTEXT_BYTES = 8 * 1024
const HINT_LENGTH = 320

export interface SignInMessage {
  readonly clientId: string | undefined
  readonly parameters: Parameters
  readonly at: number
}

/** `wa=wsignin1.0` as a sign-in request. Throws what `Protocol.parse` may throw. */
export const signInRequest = (message: SignInMessage, settings: Settings, randomness: Randomness): SignInRequest => {
  const { parameters, at } = message
  refuse(parameters, ['wreq', 'wresult'])
  const relyingParty = relyingPartyOf(message, settings)
  const context = contextOf(parameters)
  const username = hintOf(parameters.get('username') ?? parameters.get('login_hint'))
  const homeRealm = hintOf(parameters.get('whr'))?.replace(/^urn:/i, '')
  const language = languageOf(parameters)
  return {
    protocol: WSFED,
    relyingParty: relyingParty.clientId,
    replyUrl: replyUrlOf(parameters, relyingParty),
    ...(context !== undefined && { context }),
    freshness: freshnessOf(parameters),
    ...(username && { username }),
    ...(homeRealm && { homeRealm }),
    ...(language && { language }),
    correlation: correlationOf(parameters, randomness),
    arrivedAt: at,
  }
}

const relyingPartyOf = ({ clientId, parameters }: SignInMessage, settings: Settings): RelyingParty => {
  const realm = parameters.get('wtrealm')
  if (realm === undefined) throw new UsherError('request_malformed', { detail: { parameter: 'wtrealm' } })
  const found = clientId === undefined ? byRealm(settings, realm) : byClientId(settings, clientId)
  if (found?.realm !== realm) throw new UsherError('relying_party_unknown')
  return found
}

const replyUrlOf = (parameters: Parameters, { replyUrls }: RelyingParty): string => {
  const asked = parameters.get('wreply')
  if (asked === undefined) return replyUrls[0]
  if (!replyUrls.includes(asked)) throw new UsherError('reply_url_refused')
  return asked
}

// A page cannot carry NUL, and a form sends every line end as CR LF: what would come back changed is refused.
const CHANGED_BY_FORMS = /\0|\r(?!\n)|(?<!\r)\n/

const contextOf = (parameters: Parameters): string | undefined => {
  const context = parameters.get('wctx')
  if (context === undefined) return undefined
  if (Buffer.byteLength(context) > CONTEXT_BYTES || CHANGED_BY_FORMS.test(context)) {
    throw new UsherError('request_malformed', { detail: { parameter: 'wctx' } })
  }
  return context
}

/** A hint nobody could have meant is none. */
const hintOf = (value: string | undefined): string | undefined =>
  value !== undefined && value.length <= HINT_LENGTH && !/\p{Cc}/u.test(value) ? value.trim() : undefined

const correlationOf = (parameters: Parameters, randomness: Randomness): string => {
  const sent = parameters.get('client-request-id')
  return sent !== undefined && isGuid(sent) ? sent.toLowerCase() : guid(randomness.bytes(16))
}
