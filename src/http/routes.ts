import type { Answer, Visit } from '#kernel/visit.ts'
import type { SignIn } from './sign-in-port.ts'

/** The named parts of a route's path. */
export type RouteParameters = Readonly<Record<string, string | undefined>>

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /**
   * `navigation` is a person's browser asking for a page; `own-form` changes something and comes from our own pages
   * alone; `message` is posted by another site, whose protocol protects it.
   */
  readonly kind: 'navigation' | 'own-form' | 'message'
  /** Set where a browser may arrive by a redirect after a post: from here it goes on by a page, never by a redirect. */
  readonly followsPost?: true
  /** The most that may be posted here, in bytes, where it is more than anywhere else. */
  readonly bodyLimit?: number
  readonly answer: (visit: Visit, at: RouteParameters) => Promise<Answer>
}

/** What identity providers post: a SAML response of 256 KiB in base64, and how a form writes that. */
const LARGEST_ANSWER_BYTES = 300 * 1024

/** Every address a person's browser or another party can reach, except files, health and the event stream. */
export const routes = (signIn: SignIn, protocols: readonly string[]): readonly Route[] => [
  ...protocols.flatMap((name) => protocolRoutes(signIn, name)),
  { method: 'GET', path: '/login', kind: 'navigation', answer: (visit) => signIn.smartLink(visit) },
  { method: 'GET', path: '/go/:name', kind: 'navigation', answer: (visit, at) => signIn.namedLink(at.name ?? '', visit) },
  { method: 'GET', path: '/login/callback', kind: 'navigation', answer: (visit) => signIn.legacyCallback(visit) },
  {
    method: 'POST',
    path: '/login/callback',
    kind: 'message',
    bodyLimit: LARGEST_ANSWER_BYTES,
    answer: (visit) => signIn.legacyCallback(visit),
  },
  {
    method: 'GET',
    path: '/login/callback/:connection',
    kind: 'navigation',
    answer: (visit, at) => signIn.callback(at.connection ?? '', visit),
  },
  {
    method: 'POST',
    path: '/login/callback/:connection',
    kind: 'message',
    bodyLimit: LARGEST_ANSWER_BYTES,
    answer: (visit, at) => signIn.callback(at.connection ?? '', visit),
  },
  {
    method: 'GET',
    path: '/samlp/metadata',
    kind: 'navigation',
    answer: (visit) => signIn.describe(visit.url.searchParams.get('connection') ?? '', visit),
  },
  {
    method: 'GET',
    path: '/connections/test/:ticket',
    kind: 'navigation',
    answer: (visit, at) => signIn.tryConnection(at.ticket ?? '', visit),
  },
  // Also where a form's page is left standing and its address is opened again.
  ...['/you', '/you/add', '/you/remove'].map(
    (path): Route => ({ method: 'GET', path, kind: 'navigation', followsPost: true, answer: (visit) => signIn.ownPage('show', visit) }),
  ),
  { method: 'GET', path: '/you/again', kind: 'navigation', answer: (visit) => signIn.ownPage('again', visit) },
  { method: 'POST', path: '/you/add', kind: 'own-form', answer: (visit) => signIn.ownPage('add', visit) },
  { method: 'POST', path: '/you/remove', kind: 'own-form', answer: (visit) => signIn.ownPage('remove', visit) },
  { method: 'GET', path: '/continue', kind: 'navigation', answer: (visit) => signIn.continue(visit) },
  { method: 'POST', path: '/continue', kind: 'message', answer: (visit) => signIn.continue(visit) },
  ...['/logout', '/v2/logout'].map(
    (path): Route => ({ method: 'GET', path, kind: 'navigation', answer: (visit) => signIn.signOut(visit) }),
  ),
  ...transactionRoutes(signIn),
]

const protocolRoutes = (signIn: SignIn, name: string): readonly Route[] => {
  const answer = (visit: Visit) => signIn.arrive(name, visit)
  return [`/${name}`, `/${name}/*`].flatMap((path): readonly Route[] => [
    { method: 'GET', path, kind: 'navigation', answer },
    { method: 'POST', path, kind: 'message', answer },
  ])
}

export const TRANSACTION_PATH = '/sign-in/:transaction'

const transactionRoutes = (signIn: SignIn): readonly Route[] => {
  const proceed: Route['answer'] = (visit, at) => signIn.proceed(at.transaction ?? '', visit)
  const page = (path: string, answer: Route['answer']): Route => ({
    method: 'GET',
    path: TRANSACTION_PATH + path,
    kind: 'navigation',
    answer,
  })
  const form = (path: string, answer: Route['answer']): Route => ({
    method: 'POST',
    path: TRANSACTION_PATH + path,
    kind: 'own-form',
    answer,
  })
  return [
    page('', proceed),
    { ...page('/next', proceed), followsPost: true },
    page('/ways', (visit, at) => signIn.ways(at.transaction ?? '', visit)),
    page('/connection/:name', (visit, at) => signIn.choose(at.transaction ?? '', at.name ?? '', visit)),
    page('/windows', (visit, at) => signIn.windows(at.transaction ?? '', visit)),
    form('/email', (visit, at) => signIn.email(at.transaction ?? '', visit)),
    form('/password', (visit, at) => signIn.password(at.transaction ?? '', visit)),
    form('/account', (visit, at) => signIn.account(at.transaction ?? '', visit)),
    // Where a form's page is left standing and its address is opened again.
    page('/email', proceed),
    page('/password', (visit, at) => signIn.password(at.transaction ?? '', visit)),
    page('/account', proceed),
  ]
}
