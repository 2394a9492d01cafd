import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import { story } from '../support/story.ts'

story('no seat is free: the guest waits, and arrives when one is, hours later', async ({ house, clock }) => {
  await house.emulator.scenario('noSeats', true)
  const ana = guest(house)
  const waiting = await ana.withGoogle(await ana.openService(), ANA)
  assertPage(house, waiting, /Your account needs a license/, 503)
  assert.equal(madeByUsher(house).length, 0, 'no account without a seat')

  clock.advance(3 * ONE_HOUR_MS)
  assertPage(house, await ana.openService(), /Your account needs a license/)
  await house.emulator.scenario('noSeats', false)
  clock.advance(ONE_HOUR_MS)

  assertArrived(house, await ana.openService())
  assert.equal(seatsTaken(house), 1)
})

story(
  'our own cap holds although the tenant has seats',
  async ({ house }) => {
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    const ben = guest(house)
    assertPage(house, await ben.withGoogle(await ben.openService(), BEN), /Your account needs a license/, 503)
    assert.equal(madeByUsher(house).length, 1)
  },
  {
    settings: (settings) => ({
      ...settings,
      targets: settings.targets.map((target: object) => ({ ...target, licenses: [{ skuId: DEMO_TENANT.businessStandard, cap: 1 }] })),
    }),
  },
)

story('throttled: Retry-After is obeyed, and the guest arrives', async ({ house }) => {
  await house.emulator.scenario('throttled', true, { retryAfterSeconds: 10, times: 3 })
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  const calls = house.emulator.journal.entries('graph')
  const throttled = calls.filter(({ status }) => status === 429)
  assert.equal(throttled.length, 3)
  for (const one of throttled) {
    const next = calls.find(({ number }) => number > one.number)
    assert.ok(next && next.at - one.at >= 10_000, 'nothing is asked before the time Graph named')
  }
})

for (const [name, words] of [
  ['slowDirectory', 'slow directory'],
  ['usageLocationLag', 'lagging usage location'],
  ['createdBut504', 'created but answered 504'],
  ['licensedBut504', 'licensed but answered 504'],
  ['concurrencyConflict', 'concurrency violation'],
  ['tokenRefused', 'access token refused once'],
] as const)
  story(`${words}: one account, one seat, and the guest arrives`, async ({ house }) => {
    await house.emulator.scenario(name, true)
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    assert.equal(madeByUsher(house).length, 1)
    assert.equal(seatsTaken(house), 1)
  })

story('a slow sign-in service: whoever comes back is given twice the time, until they arrive', async ({ house }) => {
  await house.emulator.scenario('slowSignIn', true, { delayMs: 30_000 })
  const ana = guest(house)
  let stop = await ana.withGoogle(await ana.openService(), ANA)
  let refused = 0
  while (stop.url.origin !== house.emulator.addresses.service) {
    assert.match(stop.text, /AADSTS51004/)
    refused += 1
    assert.ok(refused < 5, 'four tries are enough for a minute')
    stop = await ana.openService()
  }
  assertArrived(house, stop)
  assert.ok(refused > 0, 'somebody was refused, so that this shows something')
  assert.equal(madeByUsher(house).length, 1)
})
