import { patient } from './patient.ts'

/** A page somebody stands on. */
export interface Stop {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly title: string
  /** Text as a person reads it, white space collapsed. */
  readonly text: string
  readonly forms: readonly Form[]
  readonly links: readonly Link[]
}

export interface Form {
  readonly action: string
  readonly method: 'GET' | 'POST'
  readonly fields: Readonly<Record<string, string>>
}

export interface Link {
  readonly href: string
  readonly text: string
}

/** Every answer on the way, for those who check what must not happen. */
export interface Hop {
  readonly method: string
  readonly url: URL
  readonly status: number
  readonly location?: string
}

const MAX_HOPS = 25

interface Sent {
  readonly method: 'GET' | 'POST'
  readonly body?: string
  readonly from?: URL
  readonly ticket?: string
}

export interface VisitorOptions {
  readonly language?: string
  /** Headers something between the browser and Usher puts into every request. */
  readonly says?: Readonly<Record<string, string>>
  /** Shown where a page asks for it, once for every time it does, as browsers do (RFC 4559). */
  readonly ticket?: string
  /** Shared by a crowd, which would open thousands of sockets else; closed by whoever made it. */
  readonly calls?: ReturnType<typeof patient>
  /** Told of every answer on the way. */
  readonly answered?: (answer: Pick<Response, 'status' | 'headers'> & { readonly url: string }) => void
}

/** A browser without scripts: cookies per host, redirects and zero-delay refreshes followed, forms posted on request. */
export const visitor = (options: VisitorOptions = {}) => {
  const calls = options.calls ?? patient()
  const jars: Jars = new Map()
  const hops: Hop[] = []
  let closing: Promise<void> | undefined

  const send = async (url: URL, init: Sent) => {
    const jar = jars.get(url.hostname)
    const cookie = jar && [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await calls.fetch(url, {
      method: init.method,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(cookie && { cookie }),
        ...(options.language && { 'accept-language': options.language }),
        ...options.says,
        ...(init.ticket && { authorization: `Negotiate ${init.ticket}` }),
        ...(init.body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(init.from && { origin: init.from.origin, 'sec-fetch-site': siteBetween(init.from, url) }),
      },
      ...(init.body !== undefined && { body: init.body }),
    })
    options.answered?.({ url: url.href, status: answer.status, headers: answer.headers })
    keepCookies(jars, url, answer.headers)
    return answer
  }

  const go = async (start: URL, init: Sent): Promise<Stop> => {
    let at: Going = { url: start, request: init }
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      const { url, request } = at
      const answer = await send(url, request)
      const body = await answer.text()
      const location = answer.headers.get('location') ?? refreshOf(answer.headers) ?? refreshIn(body)
      hops.push({ method: request.method, url, status: answer.status, ...(location && { location }) })
      const next = location ? { url: new URL(location, url), request: { method: 'GET' } as const } : showing(options.ticket, at, answer)
      if (!next) return stopAt(url, answer, body)
      at = next
    }
    throw new Error(`more than ${MAX_HOPS} redirects, the last one to ${at.url.origin}${at.url.pathname}`)
  }

  return {
    hops,
    /** Follows an address as if it were typed or clicked. */
    open: (address: string | URL, from?: Stop) => go(new URL(address, from?.url), { method: 'GET' }),
    /** Clicks the link whose text contains these words. */
    click: (stop: Stop, words: string): Promise<Stop> => {
      const link = stop.links.find((one) => one.text.includes(words))
      if (!link) throw new Error(`no link "${words}" on "${stop.title}" (${stop.status}): ${stop.text.slice(0, 400)}`)
      return go(new URL(link.href, stop.url), { method: 'GET' })
    },
    /** Posts the first form of a page, with what was typed into it. */
    submit: (stop: Stop, typed: Readonly<Record<string, string>> = {}): Promise<Stop> => {
      const [form] = stop.forms
      if (!form) throw new Error(`no form on "${stop.title}" (${stop.status}): ${stop.text.slice(0, 400)}`)
      const fields = new URLSearchParams({ ...form.fields, ...typed })
      const action = new URL(form.action, stop.url)
      if (form.method === 'POST') return go(action, { method: 'POST', body: fields.toString(), from: stop.url })
      action.search = fields.toString()
      return go(action, { method: 'GET' })
    },
    cookies: (host: string): ReadonlyMap<string, string> => jars.get(host) ?? new Map(),
    forget: () => jars.clear(),
    close: () => {
      closing ??= options.calls ? Promise.resolve() : calls.close()
      return closing
    },
  }
}

interface Going {
  readonly url: URL
  readonly request: Sent
}

/** The same again with the ticket, where it is asked for and was not shown yet. */
const showing = (ticket: string | undefined, { url, request }: Going, { headers }: Response): Going | undefined =>
  ticket !== undefined && request.ticket === undefined && headers.get('www-authenticate') === 'Negotiate'
    ? { url, request: { ...request, ticket } }
    : undefined

type Jars = Map<string, Map<string, string>>

const keepCookies = (jars: Jars, url: URL, headers: Headers): void => {
  const jar = jars.get(url.hostname) ?? new Map<string, string>()
  jars.set(url.hostname, jar)
  for (const line of headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const equals = pair.indexOf('=')
    const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute))
    if (isGone) jar.delete(pair.slice(0, equals))
    else jar.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
}

export type Visitor = ReturnType<typeof visitor>

const siteBetween = (from: URL, to: URL): string => (from.origin === to.origin ? 'same-origin' : 'cross-site')

const refreshOf = (headers: Headers): string | undefined => /^0;\s*url=(.+)$/i.exec(headers.get('refresh') ?? '')?.[1]

/** A page may end in its own refresh, as the progress page without script does. */
const refreshIn = (body: string): string | undefined => {
  const found = /<meta http-equiv="refresh" content="0; ?url=([^"]+)">/.exec(body)?.[1]
  return found && unescaped(found)
}

const stopAt = (url: URL, answer: Response, body: string): Stop => ({
  url,
  status: answer.status,
  headers: answer.headers,
  body,
  title: textOf(/<title>([^<]*)<\/title>/.exec(body)?.[1] ?? ''),
  text: textOf(
    body
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ')
      .replaceAll('<wbr>', '')
      .replace(/<[^>]*>/g, ' '),
  ),
  forms: [...body.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', inside = '']) => ({
    action: attribute(attributes, 'action') ?? '',
    method: attribute(attributes, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    fields: Object.fromEntries(
      [...inside.matchAll(/<input\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/g)].flatMap(([, input = '']) => {
        const name = attribute(input, 'name')
        return name ? [[name, attribute(input, 'value') ?? '']] : []
      }),
    ),
  })),
  links: [...body.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g)].map(([, attributes = '', inside = '']) => ({
    href: attribute(attributes, 'href') ?? '',
    text: textOf(inside.replaceAll('<wbr>', '').replace(/<[^>]*>/g, ' ')),
  })),
})

const attribute = (markup: string, name: string): string | undefined => {
  const found = new RegExp(`\\b${name}="([^"]*)"|\\b${name}='([^']*)'|\\b${name}=([^\\s>"']+)`).exec(markup)
  const value = found?.[1] ?? found?.[2] ?? found?.[3]
  return value === undefined ? undefined : unescaped(value)
}

const textOf = (markup: string): string => unescaped(markup).replace(/\s+/g, ' ').trim()

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    decimal ? String.fromCodePoint(Number(decimal)) : hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : (NAMED[name] ?? whole),
  )
