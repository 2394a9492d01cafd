import { isJsonObject, type Json } from '#kernel/json.ts'
import type { InnerRequest, InnerResponse } from '../runner.ts'

/** All that a token endpoint looks at. */
const HEADERS = ['accept', 'authorization', 'client-request-id', 'content-type']
const LIMIT_MS = 10_000

/**
 * Sends a request to where its rule meant it, and brings the answer back; redirects are not followed. Whatever is no JSON
 * object comes back as 502: this way is for tokens.
 */
export const passOn = async ({ method, host, path, headers, body }: InnerRequest, call: typeof fetch): Promise<InnerResponse> => {
  const sent = HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]))
  const response = await call(`https://${host}/${path.trim().replace(/^\/+/, '')}`, {
    method,
    headers: Object.fromEntries(sent),
    redirect: 'manual',
    signal: AbortSignal.timeout(LIMIT_MS),
    ...(body !== '' && method !== 'GET' && method !== 'HEAD' && { body }),
  })
  const json = parsed(await response.text())
  const retryAfter = response.headers.get('retry-after')
  if (!isJsonObject(json)) return { status: 502, body: { error: 'temporarily_unavailable', error_description: 'No JSON came back.' } }
  return { status: response.status, headers: { 'cache-control': 'no-store', ...(retryAfter && { 'retry-after': retryAfter }) }, body: json }
}

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
