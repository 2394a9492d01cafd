import { DEMO_CLIENT_ID } from '../../../src/cli/demo-settings.ts'
import { REALM } from './arena.ts'

/** A message before it is put together: names and values are encoded already. */
export interface Message {
  readonly method: string
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly form?: readonly (readonly [string, string])[]
}

const CONTEXT = 'LoginOptions%3D3%26estsredirect%3d2%26estsrequest%3drQQIARAA'
const GUID = '6f9619ff-8b86-4011-b42d-00cf4fc964ff'
const MULTIPLE = encodeURIComponent('http://schemas.microsoft.com/claims/multipleauthn')
const PASSWORD = encodeURIComponent('http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password')
const METADATA = 'FederationMetadata/2007-06/FederationMetadata.xml'

const signIn = (more: Readonly<Record<string, string>> = {}) =>
  Object.entries({ wa: 'wsignin1.0', wtrealm: encodeURIComponent(REALM), wctx: CONTEXT, ...more })

const shapes = (replyUrl: string): readonly (readonly (readonly [string, string])[])[] => [
  signIn(),
  signIn({ wtrealm: REALM }),
  signIn({ wtrealm: 'urn%3afederation%3aMicrosoftOnline', 'client-request-id': GUID, username: '' }),
  signIn({ cbcxt: '', popupui: '', vv: '', mkt: '', lc: '1033', wfresh: '', username: 'erika.vogt%40employees.contoso.example' }),
  signIn({ login_hint: 'erika.vogt%40employees.contoso.example', mkt: 'de-AT' }),
  signIn({ wreply: encodeURIComponent(replyUrl) }),
  signIn({ wfresh: '600' }),
  signIn({ wfresh: '0' }),
  signIn({ prompt: 'login' }),
  signIn({ wauth: MULTIPLE, mfa_max_age: '259200' }),
  signIn({ wauth: PASSWORD }),
  signIn({ whr: 'staff' }),
  signIn({ whr: 'urn%3agoogle' }),
  signIn({ wct: '2026-12-01T09%3A00%3A00Z', wp: 'MCMBI', id: '501392', bk: '1' }),
  signIn({ wctx: 'x'.repeat(8_000) }),
]

/** Forty messages that are all right. */
export const goodMessages = (replyUrl: string): readonly Message[] => {
  const path = `/wsfed/${DEMO_CLIENT_ID}`
  const get = (query: Message['query'], at = path): Message => ({ method: 'GET', path: at, query })
  const out = (wa: string, more: Readonly<Record<string, string>> = {}) => get(Object.entries({ wa, ...more }))
  const plain = shapes(replyUrl)
  return [
    ...plain.map((query) => get(query)),
    ...plain.slice(0, 8).map((form): Message => ({ method: 'POST', path, query: [], form })),
    ...plain.slice(0, 4).map((query) => get(query, '/wsfed')),
    { method: 'POST', path, query: signIn().slice(0, 2), form: signIn().slice(2) },
    get(plain[0] ?? [], `${path}/`),
    out('wsignout1.0'),
    out('wsignout1.0', { wreply: encodeURIComponent(replyUrl) }),
    out('wsignout1.0', { wtrealm: encodeURIComponent(REALM), wctx: CONTEXT }),
    out('wsignoutcleanup1.0'),
    out('wsignoutcleanup1.0', { wreply: encodeURIComponent(replyUrl) }),
    { method: 'POST', path, query: [], form: [['wa', 'wsignout1.0']] },
    get([], `${path}/${METADATA}`),
    get([], `/wsfed/${METADATA}`),
    get([], `${path}/${METADATA.toLowerCase()}`),
    get([['x', '1']], `${path}/${METADATA}`),
    get(plain[1] ?? [], '/wsfed/'),
  ]
}
