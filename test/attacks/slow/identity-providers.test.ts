import assert from 'node:assert/strict'
import { lookup } from 'node:dns'
import { test } from 'node:test'
import { Secret } from '../../../src/kernel/secret.ts'
import { ONE_HOUR_MS, ONE_MINUTE_MS } from '../../../src/kernel/clock.ts'
import { outbound } from '../../../src/lib/outbound.ts'
import { databases } from '../../support/databases.ts'
import { hang } from '../../support/fake-provider/misbehavior.ts'
import { CLIENT } from '../../support/fake-provider/provider-state.ts'
import { freePort } from '../../support/free-port.ts'
import { assertArrived, assertPage, graphWrites, guest, madeByUsher } from '../../support/guests.ts'
import { type House, openHouse } from '../../support/house.ts'
import { type ListeningProvider, listeningProvider } from '../../support/listening-provider.ts'
import { createStoryClock, type StoryClock } from '../../support/story-clock.ts'

/** More people than there are sockets for one provider. */
const STUCK = 80
const MOST_SOCKETS = 64
const OTHERS = 5
const LIMIT_MS = 5_000

interface Told {
  readonly house: House
  readonly clock: StoryClock
  readonly acme: ListeningProvider
}

/** A house whose calls go out as they do in earnest, with one provider that can be told to hang. */
const slowStory = (name: string, tell: (told: Told) => Promise<void>): void => {
  test(name, async () => {
    const [sqlite] = databases
    assert.ok(sqlite)
    const opened = await sqlite.open()
    const clock = createStoryClock()
    const port = await freePort()
    // On the wall clock nothing ends here, however busy the machine: the limits of the story are its own.
    const calls = outbound(lookup, ONE_HOUR_MS)
    const redirectUris = [`http://usher.localhost:${port}/login/callback/acme`]
    const acme = await listeningProvider({ now: clock.now, redirectUris })
    const settings = { issuer: acme.issuer, clientId: CLIENT.id, clientSecret: new Secret(CLIENT.secret) }
    const house = await openHouse({
      database: opened.address,
      clock,
      port,
      fetch: calls.fetch,
      settings: (demo) => ({
        ...demo,
        connections: [...demo.connections, { name: 'acme', type: 'oidc', label: 'Acme', settings }],
        relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'acme'] }],
      }),
    })
    try {
      await tell({ house, clock, acme })
    } finally {
      await house.close()
      await acme.close()
      await calls.close()
      await opened.close()
      clock.stop()
    }
  })
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await turn()
}

/** People who stand at the choice and will sign in another way; what comes back is where they arrive. */
const others = async (house: House): Promise<() => Promise<readonly string[]>> => {
  const guests = await Promise.all(
    Array.from({ length: OTHERS }, async (_, index) => {
      const person = guest(house)
      const chooser = await person.openService()
      return async () => {
        const stop = index === 0 ? await person.withPassword(chooser) : await person.asNumber(chooser, index)
        return assertArrived(house, await person.untilArrived(stop))
      }
    }),
  )
  return () => Promise.all(guests.map((signIn) => signIn()))
}

/** Where its provider hangs, and how many calls it may hold meanwhile: what all wait for alike is asked for once. */
const places: Readonly<Record<string, number>> = {
  '/.well-known/openid-configuration': 1,
  '/keys': 1,
  '/token': MOST_SOCKETS,
}

for (const [path, most] of Object.entries(places))
  slowStory(`while ${STUCK} people wait for a provider that hangs at ${path}, everybody else arrives`, async ({ house, clock, acme }) => {
    const known = await (await others(house))()
    // Accounts that are new have to settle, for which time would have to pass.
    clock.advance(ONE_HOUR_MS)
    const made = madeByUsher(house).length
    const writes = graphWrites(house).length
    const before = house.lines.length
    const people = await Promise.all(
      Array.from({ length: STUCK }, async () => {
        const { browser, openService } = guest(house)
        return { browser, chooser: await openService() }
      }),
    )
    const again = await others(house)
    acme.misbehave({ call: (called) => (called === path ? hang(undefined) : undefined) })
    let over = 0
    const stops = people.map(async ({ browser, chooser }) => {
      const stop = await browser.click(chooser, 'Acme')
      over += 1
      return stop
    })
    await until(() => acme.countCalls(path) === most)
    // Time stands still here: whoever waited for the slow one would wait for ever.
    assert.deepEqual(await again(), known)
    assert.equal(over, 0, 'they still wait')
    assert.equal(acme.countCalls(path), most, 'nobody else was let through to it')
    assert.equal(acme.waiting(), most)

    clock.advance(LIMIT_MS)
    for (const stop of await Promise.all(stops)) {
      assertPage(house, stop, /is not answering/)
      assert.match(stop.text, /guest password/, 'there is another way')
    }
    await until(() => acme.waiting() === 0)
    for (const { browser } of people)
      assert.ok(![...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session')))
    const said = house.lines.slice(before).filter((line) => line.includes('connection_unavailable'))
    assert.equal(said.length, STUCK)
    for (const line of said) assert.ok(line.includes('"connection":"acme"'), line)
    assert.equal(madeByUsher(house).length, made)
    assert.equal(graphWrites(house).length, writes)

    acme.misbehave({})
    clock.advance(ONE_MINUTE_MS)
    const anna = guest(house)
    assertArrived(house, await anna.untilArrived(await anna.onward(await anna.browser.click(await anna.openService(), 'Acme'))))
    assert.ok(acme.mostWaiting() <= MOST_SOCKETS)
  })
