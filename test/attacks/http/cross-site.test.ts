import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEMO_CLIENT_ID } from '../../../src/cli/demo-settings.ts'
import { routes } from '../../../src/http/routes.ts'
import { fakeHttp, fakeSignIn, unasked } from '../../support/fake-sign-in.ts'
import { ERIKA } from '../../support/house.ts'
import { openArena, REALM, requestBytes } from '../wsfed/arena.ts'
import { hasToken } from '../wsfed/escapes.ts'

const OWN = 'https://id.fabrikam.example'
const FORM = 'application/x-www-form-urlencoded'
const BODY = 'choice=continue&username=a&password=b'

interface Forged {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
  readonly headers: Readonly<Record<string, string>>
  readonly query?: string
}

/** Ways in which somebody else's page could try to have something changed here. */
const forgeries: Readonly<Record<string, Forged>> = {
  'a post that does not say where it comes from': { method: 'POST', headers: { 'content-type': FORM } },
  'a foreign origin': { method: 'POST', headers: { 'content-type': FORM, origin: 'https://evil.example' } },
  'an opaque origin': { method: 'POST', headers: { 'content-type': FORM, origin: 'null' } },
  'our host on another port': { method: 'POST', headers: { 'content-type': FORM, origin: `${OWN}:8443` } },
  'our host without encryption': { method: 'POST', headers: { 'content-type': FORM, origin: OWN.replace('https', 'http') } },
  'a name that begins like ours': { method: 'POST', headers: { 'content-type': FORM, origin: `${OWN}.evil.example` } },
  'a cross-site post': { method: 'POST', headers: { 'content-type': FORM, 'sec-fetch-site': 'cross-site' } },
  'a cross-site post that claims our origin': {
    method: 'POST',
    headers: { 'content-type': FORM, 'sec-fetch-site': 'cross-site', origin: OWN },
  },
  'a sibling’s post': {
    method: 'POST',
    headers: { 'content-type': FORM, 'sec-fetch-site': 'same-site', origin: 'https://www.fabrikam.example' },
  },
  'a post nobody made': { method: 'POST', headers: { 'content-type': FORM, 'sec-fetch-site': 'none' } },
  'two sayings that contradict each other': {
    method: 'POST',
    headers: { 'content-type': FORM, 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  },
  'two values in one': { method: 'POST', headers: { 'content-type': FORM, 'sec-fetch-site': 'same-origin, cross-site' } },
  'plain text': { method: 'POST', headers: { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' } },
  'JSON as plain text': { method: 'POST', headers: { 'content-type': 'text/plain;application/json', origin: 'https://evil.example' } },
  'JSON from here': { method: 'POST', headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', origin: OWN } },
  'plain text from here': { method: 'POST', headers: { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin', origin: OWN } },
  'a multipart form from here': {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'sec-fetch-site': 'same-origin', origin: OWN },
  },
  'a method in a header': {
    method: 'POST',
    headers: { 'content-type': FORM, 'x-http-method-override': 'GET', 'sec-fetch-site': 'cross-site' },
  },
  PUT: { method: 'PUT', headers: { 'content-type': FORM, 'sec-fetch-site': 'same-origin', origin: OWN } },
  PATCH: { method: 'PATCH', headers: { 'content-type': FORM, 'sec-fetch-site': 'same-origin', origin: OWN } },
  DELETE: { method: 'DELETE', headers: { 'content-type': FORM, 'sec-fetch-site': 'same-origin', origin: OWN } },
  'a preflight': { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } },
}

const forms = routes(fakeSignIn(unasked).signIn, ['wsfed']).filter(({ kind }) => kind === 'own-form')

test('what changes something is changed by our own pages alone', async (context) => {
  assert.ok(forms.length >= 2)
  let requests = 0
  for (const { path } of forms)
    for (const [what, { method, headers }] of Object.entries(forgeries)) {
      const http = fakeHttp(unasked)
      const url = path.replace(':transaction', 't1')
      const withBody = method === 'OPTIONS' ? {} : { payload: BODY }
      const answer = await http.server.app.inject({ method, url, headers: { host: 'id.fabrikam.example', ...headers }, ...withBody })
      assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, `${what} at ${path}: ${answer.statusCode}`)
      assert.deepEqual(http.calls, [], `${what} at ${path}`)
      assert.equal(answer.headers['set-cookie'], undefined)
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
      requests += 1
    }
  context.diagnostic(`${forms.length} forms, ${Object.keys(forgeries).length} forgeries, ${requests} refused`)
})

test('what changes something does not take its values from an address', async () => {
  for (const { path } of forms) {
    const http = fakeHttp(() => ({ kind: 'page', status: 200, page: { name: 'finished', service: 's', onward: '/' } }))
    const url = `${path.replace(':transaction', 't1')}?${BODY}&_method=POST`
    await http.server.app.inject({ method: 'GET', url, headers: { host: 'id.fabrikam.example', 'x-http-method-override': 'POST' } })
    assert.deepEqual(
      http.calls.map(({ name, values, visit }) => [name, values, visit.method, [...visit.form]]),
      [[...shownAt(path), 'GET', []]],
    )
  }
})

/** What a form's address does when it is opened: it shows the page again. */
const shownAt = (path: string): readonly [string, readonly string[]] => {
  if (path.startsWith('/you/')) return ['ownPage', ['show']]
  return [path.endsWith('/password') ? 'password' : 'proceed', ['t1']]
}

test('our own pages get through, so that the refusals mean something', async () => {
  for (const { path } of forms)
    for (const headers of [{ 'sec-fetch-site': 'same-origin', origin: OWN }, { 'sec-fetch-site': 'same-origin' }, { origin: OWN }]) {
      const http = fakeHttp(() => ({ kind: 'redirect', location: '/sign-in/t1/next' }))
      const url = path.replace(':transaction', 't1')
      const answer = await http.server.app.inject({
        method: 'POST',
        url,
        headers: { host: 'id.fabrikam.example', 'content-type': FORM, ...headers },
        payload: BODY,
      })
      assert.equal(answer.statusCode, 303)
      assert.equal(http.calls.length, 1)
    }
})

test('a session has a new id whenever somebody proves who they are, and the one before it is dead', async (context) => {
  const arena = await openArena()
  try {
    const { house } = arena
    const { host, hostname } = house.publicUrl
    const request = `http://${host}/wsfed/${DEMO_CLIENT_ID}?wa=wsignin1.0&wtrealm=${REALM}`
    const browser = house.visitor()
    const sessionNow = () => browser.cookies(hostname).get('usher_session')
    const signIn = async (query: string) => {
      const chooser = await browser.open(request + query)
      await browser.submit(await browser.click(chooser, 'staff password'), ERIKA)
      return sessionNow()
    }
    const planted = 'A'.repeat(43)
    const isAlive = async (session: string | undefined) => {
      const { pathname, search } = new URL(request)
      const { text } = await arena.send(
        requestBytes(house, { method: 'GET', target: pathname + search, cookie: `usher_session=${session}` }),
      )
      return hasToken(text)
    }
    assert.equal(await isAlive(planted), false, 'nobody can choose their own')
    const first = await signIn('')
    assert.equal(await isAlive(first), true)
    const again = await signIn('&wfresh=0')
    assert.deepEqual([await isAlive(first), await isAlive(again)], [false, true])
    await browser.open(request)
    assert.equal(sessionNow(), again, 'being recognized is no new proof')
    await browser.open(`http://${host}/logout`)
    assert.equal(sessionNow(), undefined)
    assert.equal(await isAlive(again), false)
    const after = await signIn('')
    assert.equal(new Set([planted, first, again, after]).size, 4)
    context.diagnostic('4 session ids at 3 proofs and a sign-out, each dead after the next')
  } finally {
    await arena.close()
  }
})
