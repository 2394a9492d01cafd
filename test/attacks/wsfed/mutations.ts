import fc from 'fast-check'
import type { RawRequest } from './arena.ts'
import type { Message } from './samples.ts'

type Pairs = readonly (readonly [string, string])[]
type Edit = (message: Message) => Message

const NAMES = [
  ...[
    'wa',
    'wtrealm',
    'wctx',
    'wreply',
    'wct',
    'wfresh',
    'wauth',
    'whr',
    'wreq',
    'wresult',
    'wreqptr',
    'wresultptr',
    'wattrptr',
    'wpseudoptr',
  ],
  ...[
    'mfa_max_age',
    'prompt',
    'username',
    'login_hint',
    'client-request-id',
    'mkt',
    'lc',
    'wp',
    'WA',
    'wReply',
    '__proto__',
    'constructor',
    '',
  ],
]

const VALUES = [
  ...['', '0', '-1', '1e9', '99999999999999999999', 'NaN', 'wsignin1.0', 'wsignout1.0', 'wsignoutcleanup1.0', 'wattr1.0', 'login', 'none'],
  ...[
    'https%3A%2F%2Fevil.example%2F',
    'https://evil.example/',
    '//evil.example',
    'javascript%3Aalert(1)',
    'http%3A%2F%2F127.0.0.1%3A9%2F',
    '%5C%5Cevil.example',
  ],
  ...[
    '%00',
    '%0d%0aSet-Cookie:%20a=b',
    '%ff',
    '%c0%af',
    '%ed%a0%80',
    '%',
    '%%',
    '%zz',
    '%u0041',
    '+',
    '%2B',
    '%26',
    '%3D',
    '%23',
    '%EF%BB%BF',
    '%F0%9F%98%80',
  ],
  ...[
    '%3Cscript%3Ealert(1)%3C/script%3E',
    '%22%3E%3Cform%20action%3Dhttps://evil.example%3E',
    '%27%3B--',
    '..%2f..%2f',
    '{{7*7}}',
    '$%7B1%7D',
  ],
  ...[
    '%3Ct%3ARequestSecurityToken%2F%3E',
    '%3C!DOCTYPE%20x%3E',
    'x'.repeat(9_000),
    '%41'.repeat(3_000),
    'y'.repeat(40_000),
    'a=b%26wreply=https://evil.example/',
  ],
]

const PATHS = [
  ...[
    '/wsfed',
    '/wsfed/',
    '/wsfed//',
    '/wsfed/nobody',
    '/wsfed/__proto__',
    '/wsfed/microsoft365%00',
    '/wsfed/microsoft365/..',
    '/wsfed/%2e%2e/wsfed',
    '/wsfed/%ff',
  ],
  ...[
    '/wsfed/MICROSOFT365',
    '/WSFED/microsoft365',
    '//wsfed/microsoft365',
    '/wsfed/microsoft365/x/y',
    '/wsfed/microsoft365;a=b',
    '/wsfed/microsoft365%2f',
    '/wsfed\\microsoft365',
  ],
  ...[
    'http://evil.example/wsfed/microsoft365',
    '*',
    '/wsfed/microsoft365/FederationMetadata',
    '/wsfed/nobody/FederationMetadata/2007-06/FederationMetadata.xml',
  ],
]

const HEADERS = [
  ...[
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
    'X-Forwarded-For: 127.0.0.1',
    'Forwarded: host=evil.example',
    'X-Original-URL: /admin',
  ],
  ...[
    'Host: evil.example',
    'Origin: https://evil.example',
    'Sec-Fetch-Site: cross-site',
    'Content-Type: application/json',
    'Content-Type: text/xml',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
    'Accept-Language: ../../x',
    'Cookie: __proto__=1',
    'X-HTTP-Method-Override: DELETE',
    'Upgrade: websocket',
  ],
]

/** Changes one of the message's lists of pairs: the form when there is one. */
const onPairs =
  (change: (pairs: Pairs) => Pairs): Edit =>
  (message) =>
    message.form ? { ...message, form: change(message.form) } : { ...message, query: change(message.query) }

const place = fc.nat({ max: 1_000 })
const name = fc.constantFrom(...NAMES)
const value = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed())),
)

const at = (pairs: Pairs, index: number): number => (pairs.length === 0 ? 0 : index % pairs.length)
const replaced = (pairs: Pairs, index: number, change: (pair: readonly [string, string]) => readonly [string, string]): Pairs =>
  pairs.map((pair, position) => (position === at(pairs, index) ? change(pair) : pair))

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(name, value).map(([n, v]) => onPairs((pairs) => [...pairs, [n, v]])),
  fc.tuple(place, value).map(([index, v]) => onPairs((pairs) => replaced(pairs, index, ([n]) => [n, v]))),
  fc.tuple(place, name).map(([index, n]) => onPairs((pairs) => replaced(pairs, index, ([, v]) => [n, v]))),
  place.map((index) => onPairs((pairs) => pairs.filter((_, position) => position !== at(pairs, index)))),
  place.map((index) => onPairs((pairs) => pairs.flatMap((pair, position) => (position === at(pairs, index) ? [pair, pair] : [pair])))),
  place.map((index) => onPairs((pairs) => replaced(pairs, index, ([n, v]) => [n, v.replaceAll('%', '%25')]))),
  place.map((index) => onPairs((pairs) => replaced(pairs, index, ([n, v]) => [n, v.slice(0, -1)]))),
  fc.constant(onPairs((pairs) => pairs.toReversed())),
  fc.constantFrom(...PATHS).map(
    (path): Edit =>
      (message) => ({ ...message, path }),
  ),
  fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'BREW').map(
    (method): Edit =>
      (message) => ({ ...message, method }),
  ),
  fc.constant<Edit>(({ form, query, ...message }) => ({ ...message, query: form ?? [], form: query })),
)

/** A change of single bytes of what is sent: where, and to what. */
const scratch = fc.tuple(
  place,
  fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0x00, 0x0a, 0x0d, 0x20, 0x23, 0x25, 0x26, 0x2b, 0x3d, 0x3f, 0x7f, 0x80, 0xff)),
)

export interface Mutation {
  readonly sample: number
  readonly edits: readonly Edit[]
  readonly scratches: readonly (readonly [number, number])[]
  readonly headers: readonly string[]
}

/** Ways to spoil a message: some of its parts, some of its bytes, and what comes with it. */
export const mutations: fc.Arbitrary<Mutation> = fc.record({
  sample: fc.nat({ max: 10_000 }),
  edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
  scratches: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(scratch, { maxLength: 3 }) }),
  headers: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }) },
  ),
})

const written = (pairs: Pairs): string => pairs.map(([n, v]) => `${n}=${v}`).join('&')

const scratched = (text: string, scratches: Mutation['scratches']): string =>
  scratches.reduce((changed, [index, byte]) => {
    const position = index % Math.max(1, changed.length)
    return changed.slice(0, position) + String.fromCharCode(byte) + changed.slice(position + 1)
  }, text)

/** The spoiled message, ready to be sent. */
export const spoiled = (messages: readonly Message[], { sample, edits, scratches, headers }: Mutation): RawRequest => {
  const original = messages[sample % messages.length]
  if (!original) throw new Error('no messages')
  const message = edits.reduce((changed, change) => change(changed), original)
  const query = written(message.query)
  const target = message.path + (query === '' ? '' : `?${query}`)
  const body = message.form && written(message.form)
  return body === undefined
    ? { method: message.method, target: scratched(target, scratches), headers }
    : { method: message.method, target, body: scratched(body, scratches), headers }
}
