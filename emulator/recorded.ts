import type { Journal, Site } from './journal.ts'

const LONGEST_PAGE = 4_000

/** Names of fields that hold somebody's secret, on whichever wire. */
const SECRETS = new Set(['password', 'client_secret', 'client_assertion', 'access_token', 'id_token', 'secrets', 'secret'])

const blank = (value: unknown): string => `[${typeof value === 'string' ? value.length : 0} characters]`

const withoutSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, SECRETS.has(name) ? blank(inner) : withoutSecrets(inner)]))
}

const parsedJson = (text: string): unknown => {
  try {
    return withoutSecrets(JSON.parse(text))
  } catch {
    return text
  }
}

const bodyOf = async (message: Request | Response): Promise<unknown> => {
  const text = await message.text()
  const type = message.headers.get('content-type') ?? ''
  if (text === '') return undefined
  if (type.includes('json')) return parsedJson(text)
  if (type.includes('x-www-form-urlencoded')) return withoutSecrets(Object.fromEntries(new URLSearchParams(text)))
  return text.slice(0, LONGEST_PAGE)
}

const headersOf = (message: Request | Response): Readonly<Record<string, string>> =>
  Object.fromEntries([...message.headers].filter(([name]) => !['authorization', 'cookie', 'set-cookie'].includes(name)))

export interface RecordedExchange {
  readonly site: Site
  /** Milliseconds since the epoch. */
  readonly at: number
  /** A copy nobody else reads. */
  readonly request: Request
  readonly response: Response
}

/** Writes one exchange down. Passwords, secrets, tokens and cookies are left out. */
export const record = async (journal: Journal, exchange: RecordedExchange): Promise<void> => {
  const { site, at, request, response } = exchange
  const url = new URL(request.url)
  const requestBody = await bodyOf(request)
  const responseBody = await bodyOf(response.clone())
  journal.record({
    at,
    site,
    method: request.method,
    path: url.pathname,
    query: url.search,
    requestHeaders: headersOf(request),
    ...(requestBody === undefined ? {} : { requestBody }),
    status: response.status,
    responseHeaders: headersOf(response),
    ...(responseBody === undefined ? {} : { responseBody }),
  })
}
