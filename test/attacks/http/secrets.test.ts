import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type Route, routes } from '../../../src/http/routes.ts'
import { fakeSignIn, unasked } from '../../support/fake-sign-in.ts'
import { ANA, assertArrived, guest } from '../../support/guests.ts'
import { DANA } from '../../support/house.ts'
import { isLong, seedsOf } from '../../support/seeds.ts'
import type { Visitor } from '../../support/visitor.ts'
import { type Arena, openArena, type RawRequest, requestBytes } from '../wsfed/arena.ts'
import { escapesIn } from '../wsfed/escapes.ts'

const REQUESTS = isLong ? 5_000 : 800
/** Found nowhere but where somebody wrote what was sent. */
const CANARY = 'cAnArY7q'

let arena: Arena
before(async () => {
  arena = await openArena()
})
after(() => arena.close())

const known = routes(fakeSignIn(unasked).signIn, ['wsfed'])

const NAMES = [
  'wa',
  'wtrealm',
  'wctx',
  'wreply',
  'whr',
  'username',
  'password',
  'state',
  'code',
  'error',
  'error_description',
  'client',
  'protocol',
  'to',
  'choice',
  'mkt',
  'client-request-id',
]
const HEADERS = [
  'Cookie',
  'Sec-Fetch-Site',
  'Sec-Purpose',
  'Content-Type',
  'Authorization',
  'User-Agent',
  'Referer',
  'X-Forwarded-For',
  'Accept-Language',
  'X-Anything',
  'Origin',
  'If-None-Match',
  'Range',
]

const text = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '%',
    '%zz',
    '%00',
    '%ff',
    '%c0%af',
    '\u202e',
    '../..',
    "' OR 1=1 --",
    '{{7*7}}',
    '<script>',
    '\r\nX-Injected: 1',
    '\ud800',
    '__proto__',
    '[object Object]',
    'null',
    '1e309',
    '-1',
  ),
)
const pair = fc.tuple(fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 8 })), text, fc.boolean())
const header = fc.tuple(fc.constantFrom(...HEADERS), text)

const written = (value: string, isEncoded: boolean): string => {
  const marked = `${value}${CANARY}`
  return isEncoded ? encodeURIComponent(marked.toWellFormed()) : marked.replace(/[^!-~]/g, '')
}

const request = fc
  .record({
    route: fc.constantFrom(...known),
    other: fc.constantFrom(...Array.from({ length: 12 }, () => undefined), 'POST', 'GET', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'),
    parts: fc.array(text, { minLength: 1, maxLength: 2 }),
    query: fc.array(pair, { maxLength: 6 }),
    form: fc.option(fc.array(pair, { maxLength: 6 }), { nil: undefined }),
    headers: fc.array(header, { maxLength: 4 }),
    isOurs: fc.boolean(),
  })
  .map(({ route, other, parts, query, form, headers, isOurs }): RawRequest => {
    const join = (pairs: typeof query) =>
      pairs.map(([name, value, isEncoded]) => `${encodeURIComponent(name.toWellFormed())}=${written(value, isEncoded)}`).join('&')
    return {
      method: other ?? route.method,
      target: `${pathWith(route, parts)}?${join(query)}`.replaceAll('#', '%23'),
      ...(form && { body: join(form) }),
      headers: [
        ...headers.map(([name, value]) => `${name}: ${value.replace(/[^ -~]/g, '')}${CANARY}`),
        ...(isOurs ? ['Sec-Fetch-Site: same-origin'] : []),
      ],
    }
  })

const pathWith = (route: Route, parts: readonly string[]): string => route.path.replace(/:\w+|\*/g, () => written(parts[0] ?? '', true))

const logged = (): string => arena.house.lines.join('\n')

/** In the ways a log might have it. */
const assertNotLogged = (secret: string, what: string): void => {
  const lines = logged()
  for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64url').slice(0, -1)])
    assert.ok(!lines.includes(form), `${what} is in the log: ${arena.house.lines.find((line) => line.includes(form))}`)
}

for (const seed of seedsOf(1, 1))
  test(`${REQUESTS} nonsensical requests: each is answered, none fails us, and nothing of them is in the log (seed ${seed})`, async (context) => {
    const counts = new Map<number, number>()
    for (const one of fc.sample(request, { seed, numRuns: REQUESTS })) {
      const reply = await arena.send(requestBytes(arena.house, one))
      const what = `seed ${seed}: ${JSON.stringify(one)}`
      assert.ok(reply.statuses.length > 0 && reply.statuses.every((status) => status >= 200 && status < 500), `${what} ${reply.statuses}`)
      assert.deepEqual(escapesIn(reply.text, arena), [], what)
      assert.doesNotMatch(reply.text.slice(0, reply.text.indexOf('\r\n\r\n')), /^x-injected/im, what)
      for (const status of reply.statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
    }
    assert.ok(arena.house.lines.length >= REQUESTS, 'every request left a line')
    assertNotLogged(CANARY, 'something that was sent')
    context.diagnostic(`${REQUESTS} requests, ${arena.house.lines.length} lines: ${JSON.stringify([...counts])}`)
  })

/** What a browser was given to keep or to carry. */
const secretsOf = (browser: Visitor, host: string): readonly (readonly [string, string])[] => {
  const cookies = [...browser.cookies(host).values()].filter((value) => value.length > 20)
  const carried = browser.hops.flatMap(({ url }) =>
    ['code', 'state', 'code_challenge', 'nonce', 'wctx'].map((name) => [url.searchParams.get(name) ?? '', name] as const),
  )
  return [...cookies.map((value) => [value, 'a cookie'] as const), ...carried.filter(([value]) => value !== '')]
}

test('whole sign-ins leave no password, cookie, code, state, token, name or address in the log', async (context) => {
  const { house } = arena
  const secrets = new Map<string, string>([
    [DANA.password, 'a password'],
    [DANA.username, 'a user name'],
    ['wrong-password-1', 'a wrong password'],
  ])
  const dana = guest(house)
  const wrong = await dana.withPassword(await dana.openService(), { ...DANA, password: 'wrong-password-1' })
  assertArrived(house, await dana.withPassword(wrong))
  const ana = guest(house)
  const arrived = await ana.withGoogle(await ana.openService(), ANA)
  const name = assertArrived(house, arrived)
  secrets.set(name, 'a user principal name').set('ana@ruiz.example', 'an address').set('Whitfield', 'a family name')
  for (const { browser } of [dana, ana])
    for (const [secret, what] of secretsOf(browser, house.publicUrl.hostname)) secrets.set(secret, what)
  for (const kind of ['a cookie', 'code', 'state', 'nonce', 'wctx'])
    assert.ok([...secrets.values()].includes(kind), `${kind} was there to be leaked`)
  for (const [secret, what] of secrets) assertNotLogged(secret, what)
  assert.doesNotMatch(logged(), /saml:Assertion|SignatureValue|<t:Request/)
  assert.match(logged(), /token_issued/)
  context.diagnostic(`${secrets.size} secrets, ${house.lines.length} lines, 0 found`)
})

test('what the address of a made-up answer names is nothing to write down', async () => {
  const { house } = arena
  const name = 'made-up-name'
  for (const state of ['test.made.up', 'made.up', 'test.'])
    for (const path of [`/login/callback/${encodeURIComponent(name)}`, `/connections/test/${encodeURIComponent(name)}`]) {
      const { status } = await house.visitor().open(`${house.publicUrl.origin}${path}?state=${state}`)
      assert.ok(status === 403 || status === 404, `${path} ${state}: ${status}`)
    }
  assertNotLogged(name, 'a name in an address')
})
