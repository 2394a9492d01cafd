import type { Clock } from '#kernel/clock.ts'

/** How the network is reached; it brings its own, shorter limit for connecting. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** One try, from the first byte sent to the last byte read. */
export const TRY_LIMIT_MS = 10_000
const BODY_LIMIT_BYTES = 1024 * 1024

export interface Exchange {
  readonly status: number
  readonly header: (name: string) => string | null
  /** Parsed; undefined when the answer has no body, or none that is JSON. */
  readonly json: unknown
}

const readCapped = async (body: ReadableStream<Uint8Array> | null): Promise<string> => {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the stream.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > BODY_LIMIT_BYTES) throw new Error('the answer is larger than 1 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const run = async (fetch: Fetch, url: string, init: RequestInit): Promise<Exchange> => {
  const response = await fetch(url, { ...init, redirect: 'manual' })
  const json = parsed(await readCapped(response.body))
  return { status: response.status, header: (name) => response.headers.get(name), json }
}

/** One request and its whole answer, redirects not followed. Throws when none came in time, or none that is readable. */
export const exchange = async (
  { fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock },
  url: string,
  init: RequestInit,
): Promise<Exchange> => {
  const limit = new AbortController()
  const over = new AbortController()
  const late = clock.sleep(TRY_LIMIT_MS, over.signal).then(
    () => {
      const reason = new Error('no answer in time')
      limit.abort(reason)
      throw reason
    },
    // Woken because the answer came: the race is over by then.
    () => new Promise<never>(() => undefined),
  )
  const answer = run(fetch, url, { ...init, signal: limit.signal })
  try {
    return await Promise.race([answer, late])
  } finally {
    over.abort()
  }
}
