import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import { DEMO_CLIENT_ID } from '../../../src/cli/demo-settings.ts'
import { foreignAddresses } from './addresses.ts'
import { type Arena, openArena, REALM, type RawRequest, requestBytes } from './arena.ts'
import { escapesIn, hasToken } from './escapes.ts'

const VARIANTS = 2_000

let arena: Arena
let cookie: string
let canary: Server
let hits = 0
let canaryAddress = ''

before(async () => {
  arena = await openArena()
  cookie = await arena.cookie()
  canary = createServer((_request, response) => {
    hits += 1
    response.end()
  })
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  const bound = canary.address()
  canaryAddress = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/`
})
after(async () => {
  canary.close()
  await arena.close()
})

const wsfed = `/wsfed/${DEMO_CLIENT_ID}`
const signIn = (more: Readonly<Record<string, string>>) => new URLSearchParams({ wa: 'wsignin1.0', wtrealm: REALM, ...more }).toString()
const get = (target: string): RawRequest => ({ method: 'GET', target })

/** Where a stranger may write an address, and whether whoever is signed in gets a token all the same. */
const PLACES: Readonly<Record<string, { readonly ask: (address: string) => RawRequest; readonly token: 'never' | 'often' }>> = {
  'wreply of a sign-in': { ask: (wreply) => get(`${wsfed}?${signIn({ wreply })}`), token: 'never' },
  'wreply of a posted sign-in': { ask: (wreply) => ({ method: 'POST', target: wsfed, body: signIn({ wreply }) }), token: 'never' },
  'wreply of a sign-out': { ask: (wreply) => get(`${wsfed}?${new URLSearchParams({ wa: 'wsignout1.0', wreply })}`), token: 'never' },
  wctx: { ask: (wctx) => get(`${wsfed}?${signIn({ wctx })}`), token: 'often' },
  'redirect_uri of a smart link': {
    ask: (redirect_uri) => get(`/login?${new URLSearchParams({ client: DEMO_CLIENT_ID, protocol: 'wsfed', state: '', redirect_uri })}`),
    token: 'never',
  },
  'to of a named link': { ask: (to) => get(`/go/portal?${new URLSearchParams({ to })}`), token: 'never' },
}

for (const [place, { ask, token }] of Object.entries(PLACES))
  test(`${VARIANTS} addresses in ${place}: none is where an answer goes`, async (context) => {
    const addresses = foreignAddresses(arena.replyUrl, VARIANTS)
    assert.equal(addresses.length, VARIANTS)
    let tokens = 0
    let refusals = 0
    for (const address of addresses) {
      const request = ask(address)
      const reply = await arena.send(requestBytes(arena.house, { ...request, cookie: request.target.includes('wsignout') ? '' : cookie }))
      const what = JSON.stringify(address)
      assert.ok(reply.statuses.length > 0 && reply.statuses.every((status) => status < 500), `${what}: ${reply.statuses}`)
      assert.deepEqual(escapesIn(reply.text, arena), [], what)
      assert.doesNotMatch(reply.text, /^(location|refresh):.*evil/im, what)
      tokens += hasToken(reply.text) ? 1 : 0
      refusals += reply.statuses[0] === 400 ? 1 : 0
    }
    assert.ok(token === 'often' ? tokens > VARIANTS / 2 : tokens === 0, `${tokens} tokens`)
    context.diagnostic(`${VARIANTS} variants in ${place}: 0 escapes, ${refusals} refused, ${tokens} tokens to the registered address`)
  })

test('the registered address itself is taken', async () => {
  const reply = await arena.send(requestBytes(arena.house, { ...get(`${wsfed}?${signIn({ wreply: arena.replyUrl })}`), cookie }))
  assert.ok(hasToken(reply.text))
  assert.deepEqual(escapesIn(reply.text, arena), [])
})

test('nothing is fetched on a stranger’s word', async (context) => {
  let asked = 0
  for (const parameter of [
    'wreqptr',
    'wresultptr',
    'wattrptr',
    'wpseudoptr',
    'wreq',
    'wresult',
    'wreply',
    'wctx',
    'whr',
    'wct',
    'username',
  ])
    for (const address of [canaryAddress, canaryAddress.replace('127.0.0.1', 'localhost'), `${canaryAddress}metadata.xml`])
      for (const request of [
        get(`${wsfed}?${signIn({ [parameter]: address })}`),
        { method: 'POST', target: wsfed, body: signIn({ [parameter]: address }) },
      ]) {
        const reply = await arena.send(requestBytes(arena.house, { ...request, cookie }))
        if (/^wre(q|sult)|ptr$/.test(parameter)) assert.equal(reply.statuses[0], 400, parameter)
        assert.deepEqual(escapesIn(reply.text, arena), [], parameter)
        asked += 1
      }
  assert.equal(hits, 0)
  await fetch(canaryAddress)
  assert.equal(hits, 1, 'the one who waits for fetches hears them')
  context.diagnostic(`${asked} requests that name an address, 0 fetches`)
})
