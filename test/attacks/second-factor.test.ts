import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DEMO_CONNECTIONS } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS, ONE_MINUTE_MS, ONE_SECOND_MS } from '../../src/kernel/clock.ts'
import { databases } from '../support/databases.ts'
import { CLIENT } from '../support/fake-provider/provider-state.ts'
import { freePort } from '../support/free-port.ts'
import { DANA, type House, openHouse } from '../support/house.ts'
import { type ListeningProvider, listeningProvider } from '../support/listening-provider.ts'
import { readAssertion } from '../support/saml11-reader.ts'
import { createStoryClock, type StoryClock } from '../support/story-clock.ts'
import type { Stop, Visitor } from '../support/visitor.ts'

const MULTIPLE = 'http://schemas.microsoft.com/claims/multipleauthn'
/** How long ago the provider's own session with the person began. */
const AGO_MS = 20 * ONE_MINUTE_MS

/** What is asked beside the plain request. */
const REQUESTS = {
  'nothing special': {},
  'a second factor': { wauth: MULTIPLE },
  'a second factor of the last ten minutes': { wauth: MULTIPLE, mfa_max_age: '600' },
  'the credentials again': { wfresh: '0' },
} as const
const REQUEST_NAMES = ['nothing special', 'a second factor', 'a second factor of the last ten minutes', 'the credentials again'] as const

/** What a connection's settings say about its word. */
const TRUSTS = {
  untrusted: undefined,
  trusted: { trusted: true, amr: ['mfa'] },
  'trusted for another method': { trusted: true, amr: ['hwk'] },
} as const
type Trust = keyof typeof TRUSTS
const NAMES: Readonly<Record<Trust, string>> = { untrusted: 'plain', trusted: 'trusted', 'trusted for another method': 'other' }

/** How somebody proves who they are. */
type Factors = 'a password here' | 'one factor there' | 'two factors there' | 'two factors there, nobody says when'

/**
 * What must come of it. `one`: a token that claims one factor; `two`: one that claims a second. `now`: its time is that of
 * this sign-in; `ago`: of the one the provider remembers. `denied`: our page says an extra check is needed, and there is no
 * token. `unproven`: our page says that the account could not be checked, and there is no token.
 */
type Outcome = 'one now' | 'one ago' | 'two now' | 'two ago' | 'denied' | 'unproven'

type Row = readonly [Factors, Trust, Outcome, Outcome, Outcome, Outcome]

/** In the order of the requests. */
const TABLE: readonly Row[] = [
  ['a password here', 'untrusted', 'one now', 'denied', 'denied', 'one now'],
  ['a password here', 'trusted', 'one now', 'denied', 'denied', 'one now'],
  ['a password here', 'trusted for another method', 'one now', 'denied', 'denied', 'one now'],
  ['one factor there', 'untrusted', 'one ago', 'denied', 'denied', 'one now'],
  ['one factor there', 'trusted', 'one ago', 'denied', 'denied', 'one now'],
  ['one factor there', 'trusted for another method', 'one ago', 'denied', 'denied', 'one now'],
  ['two factors there', 'untrusted', 'one ago', 'denied', 'denied', 'one now'],
  ['two factors there', 'trusted', 'two ago', 'two ago', 'two now', 'two now'],
  ['two factors there', 'trusted for another method', 'one ago', 'denied', 'denied', 'one now'],
  ['two factors there, nobody says when', 'untrusted', 'one now', 'denied', 'denied', 'unproven'],
  ['two factors there, nobody says when', 'trusted', 'one now', 'denied', 'unproven', 'unproven'],
  ['two factors there, nobody says when', 'trusted for another method', 'one now', 'denied', 'unproven', 'unproven'],
]

let clock: StoryClock
let provider: ListeningProvider
let house: House
let closeAll: () => Promise<void>

before(async () => {
  clock = createStoryClock()
  const [sqlite] = databases
  assert.ok(sqlite)
  const opened = await sqlite.open()
  const port = await freePort()
  const publicUrl = `http://usher.localhost:${port}`
  provider = await listeningProvider({
    now: clock.now,
    redirectUris: Object.values(NAMES).map((name) => `${publicUrl}/login/callback/there-${name}`),
  })
  house = await openHouse({ database: opened.address, clock, port, settings: withAllTrusts })
  for (const name of Object.values(NAMES))
    await house
      .app()
      .addPerson({ ...DANA, connection: `here-${name}`, names: { given: 'Dana', family: name }, email: DANA.username, attributes: {} })
  closeAll = async () => {
    await house.close()
    await provider.close()
    await opened.close()
    clock.stop()
  }
})
after(() => closeAll())

/** The demo, and for each trust a connection of each kind, each with a relying party that takes nobody from elsewhere. */
const withAllTrusts = (settings: { readonly connections: readonly object[]; readonly relyingParties: readonly object[] }) => {
  const kinds = Object.entries(TRUSTS).flatMap(([trust, secondFactor]) => {
    const name = NAMES[trust as Trust] // its own keys
    const common = { label: name, ...(secondFactor && { secondFactor }) }
    const { id: clientId, secret } = CLIENT
    return [
      { ...common, name: `here-${name}`, type: 'database' },
      { ...common, name: `there-${name}`, type: 'oidc', settings: { issuer: provider.issuer, clientId, clientSecret: { secret } } },
    ]
  })
  const parties = kinds.map(({ name }) => ({ ...settings.relyingParties[0], clientId: name, connections: [name], links: {} }))
  return { ...settings, connections: [...settings.connections, ...kinds], relyingParties: [...settings.relyingParties, ...parties] }
}

const partyOf = (factors: Factors, trust: Trust): string => `${factors === 'a password here' ? 'here' : 'there'}-${NAMES[trust]}`

const requestTo = (clientId: string, more: Readonly<Record<string, string>> = {}): string =>
  `${house.publicUrl.origin}/wsfed/${clientId}?${new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'x', ...more })}`

/** The provider's honest word about somebody it let in with these factors. */
const providerSays = (factors: Factors): void => {
  const since = clock.now() - AGO_MS
  provider.signedInAt(since)
  provider.misbehave({
    claims: ({ auth_time: again, ...right }) => ({
      ...right,
      amr: factors === 'one factor there' ? ['pwd'] : ['pwd', 'mfa'],
      ...(factors !== 'two factors there, nobody says when' && { auth_time: again ?? Math.floor(since / ONE_SECOND_MS) }),
    }),
  })
}

const wordsAt = (stop: Stop): string => `${stop.status} ${stop.title}: ${stop.text.slice(0, 300)}`

/** Types the password where there is a field for it; at the provider everybody is let through. */
const throughForms = async (browser: Visitor, stop: Stop): Promise<Stop> =>
  stop.forms.some(({ fields }) => 'password' in fields) ? browser.submit(stop, DANA) : stop

const tokenAt = (stop: Stop) => {
  const token = stop.forms[0]?.fields['wresult']
  return token === undefined ? undefined : readAssertion(token)
}

const tokensIssued = (): number => house.lines.filter((line) => line.includes('"token_issued"')).length

/** The claims a token may carry, all of them. */
const claimsOf = (
  { immutableId, userPrincipalName }: { readonly immutableId: string; readonly userPrincipalName: string },
  secondFactorAt?: number,
) => [
  ['http://schemas.xmlsoap.org/claims UPN', [userPrincipalName]],
  ['http://schemas.microsoft.com/LiveID/Federation/2008/05 ImmutableID', [immutableId]],
  ...(secondFactorAt === undefined
    ? []
    : [
        ['http://schemas.microsoft.com/claims authnmethodsreferences', [MULTIPLE]],
        ['http://schemas.microsoft.com/ws/2008/06/identity/claims authenticationmethod', [MULTIPLE]],
        [
          'http://schemas.microsoft.com/ws/2017/04/identity/claims multifactorauthenticationinstant',
          [new Date(secondFactorAt).toISOString()],
        ],
      ]),
]

const accountIn = async (assertion: ReturnType<typeof readAssertion>) => {
  const name = assertion.attributes[0]?.[1][0] ?? ''
  const shown = await house.app().showAccount(name)
  assert.ok(shown, `no account ${name}`)
  return shown.account
}

const assertToken = async (stop: Stop, outcome: Outcome, begunAt: number): Promise<void> => {
  const assertion = tokenAt(stop)
  assert.ok(assertion, wordsAt(stop))
  const at = outcome.endsWith('now') ? begunAt : Math.floor((begunAt - AGO_MS) / ONE_SECOND_MS) * ONE_SECOND_MS
  assert.equal(assertion.instant, new Date(at).toISOString(), 'the time of the authentication')
  assert.equal(assertion.method, 'urn:oasis:names:tc:SAML:1.0:am:password')
  assert.deepEqual(assertion.attributes, claimsOf(await accountIn(assertion), outcome.startsWith('two') ? at : undefined))
}

const assertNoToken = (browser: Visitor, stop: Stop, outcome: Outcome): void => {
  assert.equal(stop.url.origin, house.publicUrl.origin)
  assert.match(stop.text, outcome === 'denied' ? /An extra check is needed/ : /We could not check that account/, wordsAt(stop))
  assert.equal(stop.status, 403)
  assert.ok(!stop.body.includes('wresult'))
  assert.ok(![...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.endsWith('session')), 'nobody is remembered')
}

let rows = 0
for (const [factors, trust, ...outcomes] of TABLE)
  for (const [index, request] of REQUEST_NAMES.entries()) {
    const outcome = outcomes[index] ?? 'denied'
    test(`${factors}, ${trust}, asked for ${request}: ${outcome}`, async () => {
      clock.advance(ONE_HOUR_MS)
      providerSays(factors)
      const begunAt = clock.now()
      const issued = tokensIssued()
      const browser = house.visitor()
      const stop = await throughForms(browser, await browser.open(requestTo(partyOf(factors, trust), REQUESTS[request])))
      const isToken = outcome !== 'denied' && outcome !== 'unproven'
      if (isToken) await assertToken(stop, outcome, begunAt)
      else assertNoToken(browser, stop, outcome)
      assert.equal(tokensIssued() - issued, isToken ? 1 : 0, 'tokens in the log')
      rows += 1
    })
  }

test('the table was gone through as a whole', (t) => {
  t.diagnostic(`count ${rows} rows of factors, trust and request`)
  assert.equal(rows, 48)
})

/** Somebody is signed in since two hours. */
const signedInForTwoHours = async (clientId: string, factors: Factors) => {
  clock.advance(ONE_HOUR_MS)
  providerSays(factors)
  const browser = house.visitor()
  const at = clock.now()
  const first = await throughForms(browser, await browser.open(requestTo(clientId)))
  assert.ok(tokenAt(first), wordsAt(first))
  clock.advance(2 * ONE_HOUR_MS)
  return { browser, at }
}

test('a session of two hours answers a plain request, with the time the credentials were given', async () => {
  const { browser, at } = await signedInForTwoHours('here-plain', 'a password here')
  const token = tokenAt(await browser.open(requestTo('here-plain')))
  assert.equal(token?.instant, new Date(at).toISOString())
  assert.ok(Date.parse(token.issueInstant) - at >= 2 * ONE_HOUR_MS)
})

const ASKING_AGAIN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'wfresh=0': { wfresh: '0' },
  'wfresh=60': { wfresh: '60' },
  'prompt=login': { prompt: 'login' },
  'wauth=password': { wauth: 'urn:oasis:names:tc:SAML:1.0:am:password' },
}

for (const [what, more] of Object.entries(ASKING_AGAIN))
  test(`a session of two hours and ${what}: the credentials are asked for again, and their new time is told`, async () => {
    const { browser } = await signedInForTwoHours('here-plain', 'a password here')
    const asked = await browser.open(requestTo('here-plain', more))
    assert.equal(tokenAt(asked), undefined)
    assert.ok(
      asked.forms.some(({ fields }) => 'password' in fields),
      wordsAt(asked),
    )
    const again = clock.now()
    assert.equal(tokenAt(await browser.submit(asked, DANA))?.instant, new Date(again).toISOString())
  })

test('a session without a second factor never answers a request for one', async () => {
  const { browser } = await signedInForTwoHours('here-trusted', 'a password here')
  const stop = await throughForms(browser, await browser.open(requestTo('here-trusted', { wauth: MULTIPLE })))
  assert.equal(tokenAt(stop), undefined)
  assert.match(stop.text, /An extra check is needed/)
})

test('a session answers a request for a second factor as long as that one is recent enough, with its time', async () => {
  const { browser, at } = await signedInForTwoHours('there-trusted', 'two factors there')
  const since = new Date(Math.floor((at - AGO_MS) / ONE_SECOND_MS) * ONE_SECOND_MS).toISOString()
  const before = browser.hops.length
  const token = tokenAt(await browser.open(requestTo('there-trusted', { wauth: MULTIPLE, mfa_max_age: '86400' })))
  assert.equal(token?.attributes.at(-1)?.[1][0], since)
  assert.equal(browser.hops.length - before, 1, 'nobody was asked')
  const now = clock.now()
  const renewed = tokenAt(await browser.open(requestTo('there-trusted', { wauth: MULTIPLE, mfa_max_age: '3600' })))
  assert.equal(renewed?.attributes.at(-1)?.[1][0], new Date(Math.floor(now / ONE_SECOND_MS) * ONE_SECOND_MS).toISOString())
})

test('the demo’s own connections are asked for no second factor they do not have', async () => {
  const browser = house.visitor()
  const stop = await browser.open(requestTo(house.clientId, { wauth: MULTIPLE, whr: DEMO_CONNECTIONS.google }))
  assert.match(stop.text, /An extra check is needed/)
  assert.equal(stop.status, 403)
})
