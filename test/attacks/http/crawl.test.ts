import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DEMO_CLIENT_ID } from '../../../src/cli/demo-settings.ts'
import { type Route, routes } from '../../../src/http/routes.ts'
import { fakeSignIn, unasked } from '../../support/fake-sign-in.ts'
import { lintHeaders } from '../../support/header-lint.ts'
import { headersIn } from '../../support/raw-http.ts'
import { isLong } from '../../support/seeds.ts'
import { foreignAddresses } from '../wsfed/addresses.ts'
import { type Arena, openArena, REALM, type RawRequest, requestBytes } from '../wsfed/arena.ts'
import { destinationsOf, escapesIn } from '../wsfed/escapes.ts'

/** Every name anything of ours reads, and those that lead away elsewhere. */
const PARAMETERS = [
  ...[
    'wa',
    'wtrealm',
    'wctx',
    'wreply',
    'wct',
    'wfresh',
    'wauth',
    'whr',
    'mfa_max_age',
    'prompt',
    'username',
    'login_hint',
    'mkt',
    'lc',
    'client-request-id',
  ],
  ...[
    'client',
    'client_id',
    'protocol',
    'connection',
    'to',
    'state',
    'redirect_uri',
    'code',
    'iss',
    'error',
    'error_description',
    'password',
    'choice',
  ],
  ...[
    'next',
    'url',
    'return',
    'returnTo',
    'return_to',
    'continue',
    'target',
    'dest',
    'redirect',
    'goto',
    'RelayState',
    'post_logout_redirect_uri',
  ],
] as const

const CRAFTED = [
  'https://evil.example/',
  '//evil.example/',
  '///evil.example/',
  '/\\evil.example/',
  '\\\\evil.example\\',
  'https:evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)//http://x',
  'data:text/html,<script>alert(1)</script>',
  '/\t/evil.example/',
  'x\r\nLocation: https://evil.example/\r\nx-injected: 1',
  '"><meta http-equiv="refresh" content="0; url=https://evil.example/"><a href="https://evil.example/">',
  `'><meta http-equiv='refresh' content="0; url=https://evil.example/"><a href='https://evil.example/'>`,
] as const

let arena: Arena
/** Somebody who stands before the chooser, and somebody who is signed in. */
let stranger: { readonly cookie: string; readonly transaction: string }
let signedIn: string

before(async () => {
  arena = await openArena()
  signedIn = await arena.cookie()
  const browser = arena.house.visitor()
  const chooser = await browser.open(`${arena.house.publicUrl.origin}/wsfed/${DEMO_CLIENT_ID}?${base['/wsfed/*']}`)
  stranger = {
    cookie: [...browser.cookies(arena.house.publicUrl.hostname)].map(([name, value]) => `${name}=${value}`).join('; '),
    transaction: /\/sign-in\/([\w-]+)\//.exec(chooser.links[0]?.href ?? '')?.[1] ?? '',
  }
  assert.match(stranger.transaction, /^[\w-]{22}$/)
})
after(() => arena.close())

const message = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: REALM, wctx: 'c' }).toString()
/** What an address needs to be answered with more than a refusal. */
const base: Readonly<Record<string, string>> = {
  '/wsfed': message,
  '/wsfed/*': message,
  '/login': new URLSearchParams({ client: DEMO_CLIENT_ID, protocol: 'wsfed' }).toString(),
  '/sign-in/:transaction/account': 'choice=switch',
}

/** A value for each named part of a path. */
const usual = ({ path }: Route): Readonly<Record<string, string>> => ({
  ':transaction': stranger.transaction,
  ':connection': 'google',
  ':name': path.startsWith('/go') ? 'portal' : 'google',
  '*': DEMO_CLIENT_ID,
})

const pathOf = (route: Route, replaced: Readonly<Record<string, string>> = {}): string => {
  const values = { ...usual(route), ...replaced }
  return route.path.replace(/:\w+|\*/g, (place) => values[place] ?? '')
}

const withParameter = (query: string, name: string, value: string): string => {
  const parameters = new URLSearchParams(query)
  parameters.set(name, value)
  return parameters.toString()
}

/** The same parameter in every place a route reads from. */
const requestsFor = (route: Route, name: string, value: string): readonly RawRequest[] => {
  const path = pathOf(route)
  const filled = withParameter(base[route.path] ?? '', name, value)
  if (route.method === 'GET') return [{ method: 'GET', target: `${path}?${filled}` }]
  const headers =
    route.kind === 'own-form' ? ['Sec-Fetch-Site: same-origin', `Origin: ${arena.house.publicUrl.origin}`] : ['Sec-Fetch-Site: cross-site']
  return [
    { method: 'POST', target: path, body: filled, headers },
    { method: 'POST', target: `${path}?${withParameter('', name, value)}`, body: base[route.path] ?? '', headers },
  ]
}

const cookieFor = (route: Route): string => (/sign-in|logout|callback/.test(route.path) ? stranger.cookie : signedIn)

const assertStays = async (request: RawRequest, cookie: string): Promise<number> => {
  const { text, statuses } = await arena.send(requestBytes(arena.house, { ...request, cookie }))
  const what = `${request.method} ${request.target} ${request.body ?? ''}`
  assert.ok(statuses.length === 1 && statuses.every((status) => status < 500), `${what}: ${statuses}`)
  assert.deepEqual(escapesIn(text, arena), [], what)
  const { house } = arena
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  const url = house.publicUrl.origin + (request.target.startsWith('/') ? request.target : '/')
  assert.deepEqual(lintHeaders({ url, status: statuses[0] ?? 0, headers: headersIn(head) }), [], what)
  assert.doesNotMatch(head, /^x-injected/im, what)
  for (const { searchParams } of destinationsOf(head, arena.house.publicUrl)) {
    const back = searchParams.get('redirect_uri')
    assert.ok(back === null || new URL(back).origin === arena.house.publicUrl.origin, what)
  }
  return statuses[0] ?? 0
}

const known = routes(fakeSignIn(unasked).signIn, ['wsfed'])

function* everyParameter(values: readonly string[]): Generator<readonly [Route, RawRequest]> {
  for (const route of known)
    for (const name of PARAMETERS) for (const value of values) for (const request of requestsFor(route, name, value)) yield [route, request]
}

const waysToWrite = (value: string): ReadonlySet<string> =>
  new Set([encodeURIComponent(value), encodeURI(value), encodeURIComponent(value).replaceAll('%2F', '/')])

const STARTS = [
  '//evil.example',
  '/\\evil.example',
  '/%2f/evil.example',
  '/%5cevil.example',
  '/.//evil.example',
  '/%09//evil.example',
  'https://evil.example/login',
]

function* everyPath(values: readonly string[]): Generator<readonly [Route, string]> {
  for (const route of known) {
    const places = route.path.match(/:\w+|\*/g) ?? []
    const written = values.flatMap((value) => [...waysToWrite(value)])
    for (const place of places) for (const value of written) yield [route, pathOf(route, { [place]: value })]
    for (const start of STARTS) yield [route, start + route.path.replace(/\/:.*|\/\*.*/, '')]
  }
}

test('no parameter of any address leads anybody elsewhere', async (context) => {
  const values = isLong ? [...CRAFTED, ...foreignAddresses(arena.replyUrl, 60)] : CRAFTED
  const statuses: number[] = []
  for (const [route, request] of everyParameter(values)) statuses.push(await assertStays(request, cookieFor(route)))
  const counts = Object.fromEntries([...Map.groupBy(statuses, String)].map(([status, all]) => [status, all.length]))
  const requests = statuses.length
  assert.ok((counts['200'] ?? 0) > requests / 10, 'many were answered with a page, so that there was something to lead astray')
  assert.ok((counts['302'] ?? 0) > 0, 'some were answered with a redirect')
  context.diagnostic(`count ${requests} requests with foreign addresses, 0 led elsewhere`)
  context.diagnostic(`${known.length} routes, ${PARAMETERS.length} parameters: ${JSON.stringify(counts)}`)
})

test('what broke out of a value would be seen', () => {
  for (const value of CRAFTED.filter((one) => one.startsWith("'>") || one.startsWith('">')))
    for (const quote of [`"`, `'`]) {
      const broken = escapesIn(`HTTP/1.1 200 OK\r\n\r\n<form><input name="wctx" value=${quote}${value}${quote}></form>`, arena)
      assert.equal(broken.length > 0, value.startsWith(quote) || quote === '"', `${quote} ${value}`)
    }
})

test('no part of a path leads anybody elsewhere', async (context) => {
  const values = foreignAddresses(arena.replyUrl, isLong ? 400 : 60)
  let requests = 0
  for (const [route, target] of everyPath(values)) {
    await assertStays({ method: 'GET', target }, cookieFor(route))
    requests += 1
  }
  context.diagnostic(`count ${requests} requests with foreign addresses, 0 led elsewhere`)
})
