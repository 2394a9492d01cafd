import assert from 'node:assert/strict'
import type { Whose } from '../../src/kernel/session.ts'
import { ANA, assertArrived, assertPage, BEN, type Guest, guest } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { story } from '../support/story.ts'

const sqlite = { databases: ['sqlite'] } as const

const deskOf = (house: House) => house.app().desk()

const arrived = async (house: House, name: string): Promise<Guest> => {
  const one = guest(house)
  assertArrived(house, await one.withGoogle(await one.openService(), name))
  return one
}

const assertAsked = async (house: House, one: Guest): Promise<void> =>
  assertPage(house, await one.openService(), /Continue with Google/, 200)

/** Google remembers them: it asks nothing. */
const again = async (one: Guest) => one.onward(await one.browser.click(await one.openService(), 'Google'))

story(
  'who is signed out by an administrator proves anew who they are, and nobody else has to',
  async ({ house, clock }) => {
    const [ana, ben] = [await arrived(house, ANA), await arrived(house, BEN)]
    const desk = await deskOf(house)
    const { sessions } = await desk.sessions({ limit: 9 })
    assert.equal(sessions.length, 2)
    for (const one of sessions) assert.deepEqual([one.connectionName, one.address], ['google', '127.0.0.1'])
    const since = sessions.map(({ createdAt }) => createdAt)
    clock.advance(60_000)
    assertArrived(house, await ana.openService())
    const seen = (await desk.sessions({ limit: 9 })).sessions
    const [ours] = seen.filter(({ lastSeenAt }) => lastSeenAt >= Math.max(...since) + 60_000)
    assert.ok(ours)
    assert.equal(await desk.endSessions({ session: ours.id }, { by: 'a test' }), 1)
    await assertAsked(house, ana)
    assertArrived(house, await ben.openService())
    assert.equal(await desk.endSessions('everybody', { by: 'a test' }), 1)
    await assertAsked(house, ben)
    assertArrived(house, await again(ben))
  },
  sqlite,
)

const anasId = async (house: House): Promise<string> => (await house.app().openAccounts())[0]?.userId ?? ''

const wholes: Readonly<Record<string, (house: House) => Promise<Whose>>> = {
  'everybody was': async () => 'everybody',
  'its person was': async (house) => ({ user: await anasId(house) }),
}

for (const [who, whose] of Object.entries(wholes))
  story(
    `a sign-in that waited when ${who} signed out goes on no more`,
    async ({ house, clock }) => {
      await house.emulator.scenario('noSeats', true)
      const ana = guest(house)
      assertPage(house, await ana.withGoogle(await ana.openService(), ANA), /needs a license/, 503)
      const began = ana.browser.hops.findLast(({ url }) => url.pathname.startsWith('/sign-in/'))?.url.pathname.split('/')[2]
      clock.advance(1)
      assert.equal(await (await deskOf(house)).endSessions(await whose(house), { by: 'a test' }), 1)
      await house.emulator.scenario('noSeats', false)
      clock.advance(5 * 60_000)
      const stop = await ana.onward(await ana.browser.open(`${house.publicUrl.origin}/sign-in/${began}/next`))
      assert.equal(stop.url.origin, house.publicUrl.origin)
      assert.deepEqual(
        stop.forms.filter(({ fields }) => 'wresult' in fields),
        [],
      )
      await assertAsked(house, ana)
      assertArrived(house, await again(ana))
    },
    sqlite,
  )
