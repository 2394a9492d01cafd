import type { Clock } from '#kernel/clock.ts'
import type { OidcSettings } from './oidc/oidc-settings.ts'

export type Fetch = typeof fetch

/** A call to one provider. Throws `CallFailure`. */
export type ProviderCall = (url: string, init: RequestInit) => Promise<Response>

/** One call to a provider, from the first byte sent to the last byte read. */
const CALL_LIMIT_MS = 5_000
const ANSWER_LIMIT_BYTES = 256 * 1024

/** Why a provider was not heard: nothing came, or what came cannot be taken. */
export class CallFailure extends Error {
  readonly kind: 'unreachable' | 'refused'

  constructor(kind: CallFailure['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'CallFailure'
    this.kind = kind
  }
}

interface CallParts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly settings: Pick<OidcSettings, 'issuer' | 'endpointHosts'>
}

/** Calls a provider: only at addresses that belong to its issuer, never along a redirect, within a time and a size. */
export const providerCall =
  ({ fetch, clock, settings }: CallParts): ProviderCall =>
  async (url, init) => {
    assertBelongs(new URL(url), settings)
    return within(clock, (signal) => whole(fetch, url, { ...init, redirect: 'manual', signal }))
  }

/** What arrives over the wire keeps the issuer's scheme and port, and its host or one the settings name. */
const assertBelongs = (url: URL, { issuer, endpointHosts }: CallParts['settings']): void => {
  if (!belongsTo(url, issuer, endpointHosts))
    throw new CallFailure('refused', `the provider names an address that is not its own: ${url.host}`)
}

export const belongsTo = (url: URL, issuer: URL, endpointHosts: readonly string[]): boolean => {
  if (url.protocol !== issuer.protocol || url.username || url.password) return false
  const isBelow = (host: string) => url.hostname === host || url.hostname.endsWith(`.${host}`)
  if (isBelow(issuer.hostname)) return url.port === issuer.port
  return url.port === '' && endpointHosts.some(isBelow)
}

const whole = async (fetch: Fetch, url: string, init: RequestInit): Promise<Response> => {
  const response = await fetch(url, init)
  const { status, headers } = response
  if (status === 429 || status >= 500) {
    await response.body?.cancel()
    throw new CallFailure('unreachable', `the provider answered ${status}`)
  }
  if (status < 200 || status === 204 || status === 205 || (status >= 300 && status < 400)) {
    await response.body?.cancel()
    throw new CallFailure('refused', `the provider answered ${status}`)
  }
  return new Response(await readCapped(response.body), { status, headers: { 'content-type': headers.get('content-type') ?? '' } })
}

const readCapped = async (body: ReadableStream<Uint8Array> | null): Promise<Buffer<ArrayBuffer>> => {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the stream.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > ANSWER_LIMIT_BYTES) throw new CallFailure('refused', `the provider's answer is larger than ${ANSWER_LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const ANSWERED = new Error('the answer came')

const within = async (clock: Clock, work: (signal: AbortSignal) => Promise<Response>): Promise<Response> => {
  const limit = new AbortController()
  const over = new AbortController()
  const late = clock.sleep(CALL_LIMIT_MS, over.signal).then(
    () => {
      const reason = new CallFailure('unreachable', `the provider did not answer within ${CALL_LIMIT_MS} ms`)
      limit.abort(reason)
      throw reason
    },
    // Woken because the answer came: the race is over by then.
    () => new Promise<never>(() => undefined),
  )
  try {
    return await Promise.race([work(limit.signal), late])
  } catch (error) {
    throw error instanceof CallFailure ? error : new CallFailure('unreachable', 'the provider cannot be reached', error)
  } finally {
    // With a reason that is there already: without one an error is made, and its stack written down, for each call.
    over.abort(ANSWERED)
  }
}
