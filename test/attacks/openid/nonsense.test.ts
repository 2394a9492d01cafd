import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ONE_MINUTE_MS } from '../../../src/kernel/clock.ts'
import { failures } from '../../../src/kernel/errors.ts'
import { Secret } from '../../../src/kernel/secret.ts'
import { databases } from '../../support/databases.ts'
import { fakeProvider } from '../../support/fake-provider/fake-provider.ts'
import { CLIENT } from '../../support/fake-provider/provider-state.ts'
import { freePort } from '../../support/free-port.ts'
import { assertArrived, graphWrites, type Guest, guest, madeByUsher } from '../../support/guests.ts'
import { type House, openHouse } from '../../support/house.ts'
import { oauth2Rows } from '../../support/oauth2-stage.ts'
import { ISSUER } from '../../support/oidc-stage.ts'
import { patient } from '../../support/patient.ts'
import { isLong } from '../../support/seeds.ts'
import { type SocialRow, socialRows } from '../../support/social-stage.ts'
import { createStoryClock } from '../../support/story-clock.ts'
import type { Stop } from '../../support/visitor.ts'
import { type Attack, AWAY, INVALID } from './attack.ts'
import { at } from './wire.ts'

const OIDC: SocialRow = { type: 'oidc', issuer: ISSUER, provider: { issuer: ISSUER }, settings: {}, wrong: {}, secret: CLIENT.secret }

/** What is asked of each, in the order in which nonsense there leaves what comes before unknown. */
const DOCUMENTS = [...at('/.well-known/openid-configuration', AWAY), ...at('/keys', INVALID)]
const TOKEN = at('/token', INVALID)
const PROFILE = at('/userinfo', INVALID)

const openid = [...DOCUMENTS, ...TOKEN]
const plain = [...TOKEN, ...PROFILE]

/** Rows that differ from another in whom they let in, and in nothing that is asked of a provider: the long form has them as well. */
const ALIKE = ['google-workspace', 'microsoft of one tenant', 'microsoft-personal']

const kinds: readonly (readonly [string, SocialRow, readonly Attack[]])[] = [
  ['oidc', OIDC, openid],
  ...Object.entries(socialRows)
    .filter(([name]) => isLong || !ALIKE.includes(name))
    .map(([name, row]) => [name, row, openid] as const),
  ...Object.entries(oauth2Rows).map(([name, row]) => [name, row, plain] as const),
]

const nameOf = (kind: string): string => kind.replaceAll(' ', '-')

const opening = async () => {
  const [sqlite] = databases
  assert.ok(sqlite)
  const opened = await sqlite.open()
  const clock = createStoryClock()
  const port = await freePort()
  const calls = patient()
  const sites = kinds.map(([kind, row]) => {
    const redirectUris = [`http://usher.localhost:${port}/login/callback/${nameOf(kind)}`]
    return [kind, fakeProvider({ issuer: row.issuer, ...row.provider, redirectUris, now: clock.now })] as const
  })
  const providers = new Map(sites)
  let current = ''
  const house = await openHouse({
    database: opened.address,
    clock,
    port,
    fetch: (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      if (url.hostname.endsWith('localhost')) return calls.fetch(url, init)
      return providers.get(current)?.fetch(url, init) ?? Promise.reject(new TypeError('nobody is there'))
    },
    settings: ({ connections, ...demo }) => ({
      ...demo,
      // One seat for each of them.
      targets: [{ ...demo.targets[0], licenses: [{ ...demo.targets[0].licenses[0], cap: kinds.length }] }],
      connections: [
        ...connections.filter(({ name }: { readonly name: string }) => kinds.every(([kind]) => nameOf(kind) !== name)),
        ...kinds.map(([kind, row]) => connectionOf(kind, row)),
      ],
      relyingParties: [
        { ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, ...kinds.map(([kind]) => nameOf(kind))] },
      ],
    }),
  })
  return {
    house,
    clock,
    /** From now on this one answers, at its own addresses. */
    provider: (kind: string) => {
      const found = providers.get(kind)
      assert.ok(found)
      current = kind
      return found
    },
    close: async () => {
      await house.close()
      await calls.close()
      await opened.close()
      clock.stop()
    },
  }
}

const connectionOf = (kind: string, { type, issuer, settings }: SocialRow) => {
  const all = { issuer, clientId: CLIENT.id, clientSecret: new Secret(CLIENT.secret), ...settings }
  const own = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return { name: nameOf(kind), type, label: `(${kind})`, settings: own }
}

type Provider = ReturnType<typeof fakeProvider>

/** Goes there, agrees, and comes back the way this provider sends people; or stays where they were told that it cannot be. */
const signIn = async (person: Guest, kind: string, provider: Provider): Promise<Stop> => {
  const { browser } = person
  const chooser = await person.openService()
  // Their real addresses are nowhere on this machine: the browser is taken from the last step before.
  const stop = await browser.click(chooser, `(${kind})`).catch(() => undefined)
  if (stop) return stop
  const back = provider.authorize(browser.hops.at(-1)?.location ?? '')
  if (kind !== 'apple') return person.onward(await browser.open(back))
  const form = { action: `${back.origin}${back.pathname}`, method: 'POST', fields: Object.fromEntries(back.searchParams) } as const
  return person.onward(await browser.submit({ ...chooser, url: new URL('https://appleid.apple.com'), forms: [form] }))
}

const assertNobody = (house: House, { browser }: Guest, what: string): void => {
  const names = [...browser.cookies(house.publicUrl.hostname).keys()]
  assert.deepEqual(
    names.filter((name) => name.includes('session')),
    [],
    what,
  )
  assert.deepEqual(madeByUsher(house), [], what)
  assert.deepEqual(graphWrites(house), [], what)
}

/** The line that tells an administrator which connection it was, and why. */
const assertSaid = (lines: readonly string[], { code, name }: { readonly code: string; readonly name: string }, what: string): void => {
  const said = lines.filter((line) => line.includes(code) && line.includes(`"connection":"${name}"`))
  assert.ok(said.length > 0, `${what}: ${lines.join('')}`)
  assert.ok(
    said.some((line) => /"(cause|reason|error|status)":/.test(line)),
    `${what}: it says why: ${said.join('')}`,
  )
}

test('whatever nonsense a provider answers, at each of its addresses, people are told, nobody gets in and the log says why', async (t) => {
  const { house, clock, provider: siteOf, close } = await opening()
  t.after(close)
  let count = 0
  for (const [kind, , attacks] of kinds)
    for (const attack of attacks.filter(({ waitsAt }) => waitsAt === undefined)) {
      const what = `${kind}: ${attack.name}`
      const provider = siteOf(kind)
      provider.misbehave(attack.how)
      const before = house.lines.length
      const person = guest(house)
      const stop = await signIn(person, kind, provider)
      assert.equal(stop.url.origin, house.publicUrl.origin, what)
      assert.ok(stop.text.includes(failures[attack.ends].heading), `${what}: ${stop.text}`)
      assert.match(stop.text, /guest password/, `${what}: there is another way`)
      assertNobody(house, person, what)
      assertSaid(house.lines.slice(before), { code: attack.ends, name: nameOf(kind) }, what)
      await person.browser.close()
      clock.advance(ONE_MINUTE_MS)
      count += 1
    }
  for (const line of house.lines) assert.ok(!line.includes(CLIENT.secret) && !/eyJ[\w-]{20}|code=[\w-]{20}/.test(line), line)

  for (const [kind] of kinds) {
    const provider = siteOf(kind)
    provider.misbehave({})
    const person = guest(house)
    assertArrived(house, await person.untilArrived(await signIn(person, kind, provider)))
  }
  t.diagnostic(`count ${count} answers of nonsense, 0 got in`)
})
