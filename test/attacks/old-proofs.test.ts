import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ONE_HOUR_MS, ONE_MINUTE_MS, ONE_SECOND_MS } from '../../src/kernel/clock.ts'
import { databases } from '../support/databases.ts'
import { CLIENT } from '../support/fake-provider/provider-state.ts'
import { freePort } from '../support/free-port.ts'
import { guest } from '../support/guests.ts'
import { openHouse } from '../support/house.ts'
import { listeningProvider } from '../support/listening-provider.ts'
import { readAssertion } from '../support/saml11-reader.ts'
import { createStoryClock } from '../support/story-clock.ts'
import type { Stop } from '../support/visitor.ts'

const MULTIPLE = 'http://schemas.microsoft.com/claims/multipleauthn'
/** A relying party that takes sessions of the last minute only. */
const STRICT = { clientId: 'strict', sessionMaxAgeSeconds: 60 } as const
const AGO_MS = 5 * ONE_HOUR_MS

/** One way to sign in: a provider that still knows everybody, and says honestly since when. */
const opened = async (t: TestContext) => {
  const clock = createStoryClock()
  const [sqlite] = databases
  assert.ok(sqlite)
  const database = await sqlite.open()
  const port = await freePort()
  const provider = await listeningProvider({ now: clock.now, redirectUris: [`http://usher.localhost:${port}/login/callback/there`] })
  const connection = (more: object = {}) => {
    const settings = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: { secret: CLIENT.secret } }
    return { name: 'there', label: 'There', type: 'oidc', settings, ...more }
  }
  const trusted = { secondFactor: { trusted: true, amr: ['mfa'] } }
  let file: { readonly connections: readonly unknown[] } = { connections: [] }
  const house = await openHouse({
    database: database.address,
    clock,
    port,
    settings: (settings) => {
      const relyingParties = settings.relyingParties.map((one: object) => ({ ...one, connections: ['there'] }))
      relyingParties.push({ ...relyingParties[0], ...STRICT, links: {} })
      file = { ...settings, relyingParties, connections: [...settings.connections, connection({ ...trusted, linking: 'explicit' })] }
      return file
    },
  })
  t.after(async () => {
    await house.close()
    await provider.close()
    await database.close()
    clock.stop()
  })
  const knownSince = (at: number) => {
    provider.signedInAt(at)
    provider.misbehave({
      claims: ({ auth_time: again, ...right }) => ({ ...right, amr: ['pwd', 'mfa'], auth_time: again ?? Math.floor(at / ONE_SECOND_MS) }),
    })
  }
  const person = guest(house)
  const request = (more: Readonly<Record<string, string>>) =>
    person.browser.open(
      `${house.publicUrl.origin}/wsfed/${house.clientId}?${new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'c', ...more })}`,
    )
  const believesNoSecondFactor = () => house.app().apply({ ...file, connections: [...file.connections.slice(0, -1), connection()] })
  return { house, clock, provider, knownSince, person, request, believesNoSecondFactor }
}

const tokenAt = ({ forms }: Stop) => {
  const token = forms[0]?.fields['wresult']
  return token === undefined ? undefined : readAssertion(token)
}

test('a provider that asked for nothing on the way of a smart link is no answer where credentials are asked for anew', async (t) => {
  const { clock, person, request, knownSince } = await opened(t)
  knownSince(clock.now() - AGO_MS)
  await person.smartLink()
  const asked = await request({ wfresh: '0' })
  assert.equal(tokenAt(asked)?.instant, undefined, 'no token yet')
  const answer = await person.browser.click(asked, 'There')
  const instant = Date.parse(tokenAt(answer)?.instant ?? '')
  assert.ok(clock.now() - instant < ONE_MINUTE_MS, `credentials of ${tokenAt(answer)?.instant}: ${answer.text}`)
})

test('a second factor stops counting with the administrator’s trust in whoever saw it', async (t) => {
  const { clock, request, knownSince, believesNoSecondFactor } = await opened(t)
  knownSince(clock.now() - AGO_MS)
  const first = await request({})
  const both = tokenAt(first)?.attributes.flatMap(([, values]) => values) ?? []
  assert.ok(both.includes(MULTIPLE), first.text)
  await believesNoSecondFactor()
  const later = await request({})
  const values = tokenAt(later)?.attributes.flatMap(([, all]) => all) ?? []
  assert.ok(values.length > 0, later.text)
  assert.ok(!values.includes(MULTIPLE), 'nobody here believes it any more')
})

test('nobody’s own page is shown to a session that is older than its relying party takes', async (t) => {
  const { house, clock, provider, knownSince, person, request } = await opened(t)
  knownSince(clock.now() - AGO_MS)
  assert.ok(tokenAt(await request({})))
  const own = `${house.publicUrl.origin}/you?client=${STRICT.clientId}`
  const proofs = () => provider.calls.filter((path) => path === '/token').length
  const before = proofs()
  assert.equal((await person.browser.open(own)).status, 200)
  assert.equal(proofs(), before, 'a moment later it is')
  clock.advance(2 * ONE_MINUTE_MS)
  const page = await person.browser.open(own)
  assert.equal(page.url.pathname, '/you', page.text)
  assert.equal(proofs(), before + 1, 'they proved anew who they are')
})
