import type { ProviderKey, TokenClaims } from './signing.ts'

/** What somebody who answers in the provider's name has at hand. */
export interface Workshop {
  readonly key: ProviderKey
  readonly nonce: string | undefined
  readonly accessToken: string
  /** Seconds since the epoch. */
  readonly now: number
}

type Changed<T> = T | Response | Promise<T | Response>

/** Ways in which a provider, or somebody in its place, can be wrong. Each gets what would be right. */
export interface Misbehavior {
  /** Before anything else is looked at; the path is that of the call. */
  readonly call?: (path: string, signal: AbortSignal | undefined) => Promise<Response> | undefined
  readonly description?: (right: Readonly<Record<string, unknown>>) => Changed<unknown>
  readonly keys?: (right: { readonly keys: readonly unknown[] }) => Changed<unknown>
  /** Changes the answer the browser brings back, in place. */
  readonly answer?: (right: URLSearchParams) => void
  readonly claims?: (right: TokenClaims, workshop: Workshop) => TokenClaims
  readonly sign?: (claims: TokenClaims, workshop: Workshop) => string | Promise<string>
  readonly tokens?: (right: Readonly<Record<string, unknown>>) => Changed<unknown>
  readonly userinfo?: (right: TokenClaims) => Changed<unknown>
  /** What it answers at its other addresses. */
  readonly besides?: (right: unknown) => Changed<unknown>
  /** The token endpoint takes any verifier. */
  readonly ignoresVerifier?: true
  /** Codes work again. */
  readonly codesAreReusable?: true
}

/** Nothing comes until the caller gives up. */
export const hang = (signal: AbortSignal | undefined): Promise<Response> =>
  new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason))
  })

/** One chunk, and then nothing until the caller gives up. */
export const drip = (signal: AbortSignal | undefined): Response =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from('{"'))
        signal?.addEventListener('abort', () => controller.error(signal.reason))
      },
    }),
    { headers: { 'content-type': 'application/json' } },
  )

/** A JSON object of so many bytes. */
export const oversized = (bytes: number): Response =>
  new Response(`{"padding":"${'x'.repeat(bytes)}"}`, { headers: { 'content-type': 'application/json' } })
