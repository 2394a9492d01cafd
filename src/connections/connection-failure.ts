import { errors } from 'jose'
import * as openid from 'openid-client'
import { UsherError } from '#kernel/errors.ts'
import { CallFailure } from './provider-calls.ts'

/** The provider's own trouble, rather than the person's or a decision (RFC 6749 §4.1.2.1). */
const ITS_TROUBLE = new Set(['server_error', 'temporarily_unavailable'])
/** What a token endpoint says when our own settings are wrong (RFC 6749 §5.2). */
const OUR_SETTINGS = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  // GitHub's words for them.
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
])

/** Anything that went wrong with a provider, as one of our failures; what it sent stays out of cause and detail. */
export const connectionFailure = (error: unknown, connection: string): UsherError => {
  if (error instanceof UsherError) return new UsherError(error.code, { cause: error.cause, detail: { connection, ...error.detail } })
  if (error instanceof openid.AuthorizationResponseError) return refused(error.error, connection)
  if (error instanceof openid.ResponseBodyError) return fromTokenEndpoint(error.error, error.status, connection)
  const call = causeOf(error, CallFailure)
  if (call) {
    const code = call.kind === 'unreachable' ? 'connection_unavailable' : 'connection_answer_invalid'
    return new UsherError(code, { cause: call, detail: { connection } })
  }
  return new UsherError('connection_answer_invalid', { cause: withoutContents(error), detail: { connection } })
}

const refused = (said: string, connection: string): UsherError =>
  new UsherError(ITS_TROUBLE.has(said) ? 'connection_unavailable' : 'connection_refused', { detail: { connection, error: wordOf(said) } })

const fromTokenEndpoint = (said: string, status: number, connection: string): UsherError => {
  const isUnavailable = status >= 500 || ITS_TROUBLE.has(said) || OUR_SETTINGS.has(said)
  return new UsherError(isUnavailable ? 'connection_unavailable' : 'connection_answer_invalid', {
    detail: { connection, error: wordOf(said), status },
  })
}

/** Error codes are words; anything else a provider puts there is not repeated. */
const wordOf = (said: string): string => (/^[a-z_]{1,64}$/.test(said) ? said : 'other')

const causeOf = <Kind extends Error>(error: unknown, kind: new (...all: never[]) => Kind): Kind | undefined => {
  let one = error
  for (let depth = 0; depth < 5 && one instanceof Error; depth += 1) {
    if (one instanceof kind) return one
    one = one.cause
  }
  return undefined
}

/** The libraries hang tokens, claims and parameters onto their errors: only what they say is kept. */
const withoutContents = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error('not an error')
  const inner = error.cause instanceof Error ? error.cause : error
  const code = error instanceof errors.JOSEError || error instanceof openid.ClientError ? error.code : undefined
  // In words: the log takes long names for secrets.
  return new Error(`${(code ?? error.name).replaceAll('_', ' ').toLowerCase()}: ${inner.message}`)
}
