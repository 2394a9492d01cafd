import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { InnerRequest } from '../runner.ts'

/** A request as the bridge reads it. */
export interface Asked {
  /** Upper case; what the caller meant rather than what it sent, when it sent a body along with a GET. */
  readonly method: string
  readonly wasPromoted: boolean
  /** Decoded, without empty ones. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** A JSON object or a form's fields; undefined when there is no body, or none that can be read. */
  readonly body: JsonObject | undefined
  readonly hasBody: boolean
}

export const textIn = (from: JsonObject | undefined, name: string): string | undefined => {
  const value = from !== undefined && Object.hasOwn(from, name) ? from[name] : undefined
  return typeof value === 'string' ? value : undefined
}

const parsed = (text: string): JsonObject | undefined => {
  try {
    const value: Json = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Clients put a JSON content type over a form now and then: what it looks like counts. */
const bodyOf = (text: string): JsonObject | undefined => {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') return undefined
  return trimmed.startsWith('{') ? parsed(trimmed) : Object.fromEntries(new URLSearchParams(trimmed))
}

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** A GET that brings a body along is answered as the POST it meant: that is how the old recipe's library sends it. */
export const readRequest = ({ method, path, headers, body }: InnerRequest): Asked => {
  const [pathname = '', ...search] = path.replace(/^(?:\s|%20)+/, '').split('?')
  const sent = method.toUpperCase()
  const content = bodyOf(body)
  const wasPromoted = sent === 'GET' && content !== undefined && body.trim().startsWith('{')
  return {
    method: wasPromoted ? 'POST' : sent,
    wasPromoted,
    segments: pathname
      .split('/')
      .map((segment) => decoded(segment).trim())
      .filter((segment) => segment !== ''),
    query: new URLSearchParams(search.join('?')),
    headers,
    body: content,
    hasBody: body.trim() !== '',
  }
}
