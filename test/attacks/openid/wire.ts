import { drip, hang, type Misbehavior, oversized } from '../../support/fake-provider/misbehavior.ts'
import type { FailureCode } from '#kernel/errors.ts'
import { answersJson, type Attack, AWAY, brings, EVIL, INVALID, redirects, REFUSED } from './attack.ts'

const FORM = 'application/x-www-form-urlencoded'
const TEN_MEBIBYTES = 10 * 1024 * 1024

/** What anybody who answers may do, wherever they answer. */
const badAnswers: readonly (readonly [string, () => Response, 'wrong' | 'away'])[] = [
  ['a page', () => new Response('<html>hello</html>', { headers: { 'content-type': 'text/html' } }), 'wrong'],
  ['a form', () => new Response('access_token=a&token_type=bearer', { headers: { 'content-type': FORM } }), 'wrong'],
  ['nothing', () => answersJson(''), 'wrong'],
  ['a list', () => answersJson('[]'), 'wrong'],
  ['null', () => answersJson('null'), 'wrong'],
  ['a hundred thousand brackets', () => answersJson('['.repeat(100_000)), 'wrong'],
  ['half of it', () => answersJson('{"issuer":"htt'), 'wrong'],
  ['10 MiB', () => oversized(TEN_MEBIBYTES), 'wrong'],
  ['a little more than we take', () => oversized(256 * 1024), 'wrong'],
  ['"no content"', () => new Response(null, { status: 204 }), 'wrong'],
  ['a redirect (302)', () => redirects(`${EVIL}/`), 'wrong'],
  ['a redirect (307)', () => redirects(`${EVIL}/`, 307), 'wrong'],
  ['a redirect (308) on its own host', () => redirects('https://login.acme.example/realm/elsewhere', 308), 'wrong'],
  ['a breakdown', () => new Response('<html>Error 500</html>', { status: 500 }), 'away'],
  ['"too many requests"', () => answersJson('{}', 429), 'away'],
]

/** What whoever answers at this path may do. */
export const at = (path: string, wrongEnds: FailureCode): readonly Attack[] => {
  const instead = (answer: (signal: AbortSignal | undefined) => Response | Promise<Response>): Misbehavior => ({
    call: (called, signal) => (called === path ? Promise.resolve(answer(signal)) : undefined),
  })
  return [
    ...badAnswers.map(
      ([name, make, kind]): Attack => ({ name: `${path} answers ${name}`, how: instead(make), ends: kind === 'away' ? AWAY : wrongEnds }),
    ),
    { name: `${path} hangs`, how: instead(hang), ends: AWAY, waitsAt: path },
    { name: `${path} drips`, how: instead(drip), ends: AWAY, waitsAt: path },
    { name: `${path} hangs up`, how: instead(() => Promise.reject(new TypeError('fetch failed'))), ends: AWAY },
  ]
}

const tokens = (name: string, change: NonNullable<Misbehavior['tokens']>, ends: FailureCode = INVALID): Attack => ({
  name: `the token endpoint answers ${name}`,
  how: { tokens: change },
  ends,
})

const idTokenAttacks: readonly Attack[] = [
  tokens('no ID token', ({ id_token: _, ...rest }) => rest),
  tokens('an ID token that is a number', (right) => ({ ...right, id_token: 1 })),
  tokens('an ID token that is null', (right) => ({ ...right, id_token: null })),
]

const tokenAttacks: readonly Attack[] = [
  tokens('no access token', ({ access_token: _, ...rest }) => rest),
  tokens('an access token that belongs to somebody else', (right) => ({ ...right, access_token: 'of-somebody-else' })),
  tokens('no token type', ({ token_type: _, ...rest }) => rest),
  tokens('a token type nobody knows', (right) => ({ ...right, token_type: 'mac' })),
  tokens('an error with status 200', () => answersJson('{"error":"access_denied"}')),
  tokens('that the code is spent', () => answersJson('{"error":"invalid_grant"}', 400)),
  tokens('with markup for an error', () => answersJson('{"error":"<script>alert(1)</script>"}', 400)),
  tokens('that we are not its client', () => answersJson('{"error":"invalid_client"}', 401), AWAY),
  tokens('that it is overloaded', () => answersJson('{"error":"temporarily_unavailable"}', 503), AWAY),
]

const set = (name: string, value: string) => (right: URLSearchParams) => right.set(name, value)
const remove = (name: string) => (right: URLSearchParams) => right.delete(name)
const twice = (name: string) => (right: URLSearchParams) => right.append(name, right.get(name) ?? '')
const onlyError = (error: string) => (right: URLSearchParams) => {
  right.delete('code')
  right.set('error', error)
}

const browserAttacks: readonly Attack[] = [
  brings('another state', set('state', 'transaction.another')),
  brings('no state', remove('state')),
  brings('the state twice', twice('state')),
  brings('no code', remove('code')),
  brings('an empty code', set('code', '')),
  brings('the code twice', twice('code')),
  brings('another issuer', set('iss', 'https://accounts.other.example')),
  brings('the issuer with a slash', set('iss', 'https://login.acme.example/realm/')),
  brings('no issuer where one was promised', remove('iss')),
  brings('the issuer twice', twice('iss')),
  brings('an ID token as well', set('id_token', 'a.b.c')),
  brings('an access token as well', set('token', 'abc')),
  brings('an answer that is signed as a whole', set('response', 'a.b.c')),
  brings('a no', onlyError('access_denied'), REFUSED),
  brings('a no and a code', set('error', 'access_denied'), REFUSED),
  brings('two errors', (right) => {
    right.append('error', 'access_denied')
    right.append('error', 'server_error')
  }),
  brings('that nobody is signed in', onlyError('login_required'), REFUSED),
  brings('that consent is missing', onlyError('consent_required'), REFUSED),
  brings('that we asked wrongly', onlyError('invalid_scope'), REFUSED),
  brings('an error that is markup', onlyError('<script>alert(1)</script>'), REFUSED),
  brings('that the provider broke down', onlyError('server_error'), AWAY),
  brings('that the provider is overloaded', onlyError('temporarily_unavailable'), AWAY),
]

const codeAttacks: readonly Attack[] = [
  { name: 'the browser brings a code that was made up', how: { answer: set('code', 'c'.repeat(32)) }, ends: INVALID },
]

/** At a provider that hands out access tokens and nothing else. */
export const plainAttacks: readonly Attack[] = [...at('/token', INVALID), ...tokenAttacks, ...browserAttacks, ...codeAttacks]

export const wireAttacks: readonly Attack[] = [
  ...at('/.well-known/openid-configuration', AWAY),
  ...at('/keys', INVALID),
  ...plainAttacks,
  ...idTokenAttacks,
]
