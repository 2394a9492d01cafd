import assert from 'node:assert/strict'
import { test } from 'node:test'
import { candidate, drive } from '../../../test/support/provisioning.ts'
import { openStage, person } from '../../../test/support/target-stage.ts'
import { createClockSkew } from './clock-skew.ts'

const START = Date.parse('2026-03-02T09:00:00Z')
const MINUTE_MS = 60_000

const stand = () => {
  let now = START
  const skew = createClockSkew({ now: () => now, sleep: async () => undefined })
  return {
    skew,
    pass: (ms: number) => {
      now += ms
    },
    /** An answer stamped by a clock that is `behindMs` behind ours. */
    hear: (behindMs: number) => skew.note(new Date(now - behindMs).toUTCString(), now),
  }
}

const assertNear = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 1_000, `${actual} is not ${expected}`)

test('two answers tell how far our clock is off; one, or none, tells nothing', () => {
  const { skew, hear } = stand()
  assert.equal(skew.knownMs(), 0)
  hear(5 * MINUTE_MS)
  assert.equal(skew.knownMs(), 0)
  hear(5 * MINUTE_MS)
  assertNear(skew.knownMs(), 5 * MINUTE_MS)
})

test('a clock that is behind is known, too', () => {
  const { skew, hear } = stand()
  hear(-7 * MINUTE_MS)
  hear(-7 * MINUTE_MS)
  assertNear(skew.knownMs(), -7 * MINUTE_MS)
})

test('one odd stamp among good ones changes nothing', () => {
  const { skew, hear } = stand()
  hear(0)
  hear(24 * 60 * MINUTE_MS)
  assertNear(skew.knownMs(), 0)
  hear(0)
  assertNear(skew.knownMs(), 0)
})

test('a clock that was set right is right with the next answer, and one that jumps is found out by two', () => {
  const { skew, hear, pass } = stand()
  hear(0)
  hear(0)
  pass(10 * MINUTE_MS)
  hear(10 * MINUTE_MS)
  assertNear(skew.knownMs(), 0)
  hear(10 * MINUTE_MS)
  assertNear(skew.knownMs(), 10 * MINUTE_MS)
  pass(-10 * MINUTE_MS)
  hear(0)
  assertNear(skew.knownMs(), 0)
})

test('what was heard is forgotten after ten minutes, so that a clock set right meanwhile is not blamed for ever', () => {
  const { skew, hear, pass } = stand()
  hear(5 * MINUTE_MS)
  hear(5 * MINUTE_MS)
  pass(10 * MINUTE_MS + 1)
  assert.equal(skew.knownMs(), 0)
})

test('answers without a stamp, or with nonsense, tell nothing', () => {
  const { skew } = stand()
  for (const stamp of [null, '', 'yesterday']) {
    skew.note(stamp, START)
    skew.note(stamp, START)
    assert.equal(skew.knownMs(), 0)
  }
})

test('half of the way there and back belongs to the way', () => {
  const { skew, pass } = stand()
  for (let time = 0; time < 2; time += 1) {
    const sentAt = START + time * 8_000
    pass(8_000)
    skew.note(new Date(sentAt + 4_000).toUTCString(), sentAt)
  }
  assertNear(skew.knownMs(), 0)
})

for (const skewMs of [-5 * MINUTE_MS, 0, 5 * MINUTE_MS]) {
  test(`a process whose clock is ${skewMs / MINUTE_MS} minutes ahead of Graph's finds out while it works`, async () => {
    const stage = await openStage()
    const { clock } = stage
    const target = stage.open({ clock: { now: () => clock.now() + skewMs, sleep: clock.sleep } })
    assert.equal(target.clockSkewMs(), 0)
    await clock.run(() => drive(target, candidate(person(1)), { clock: { now: () => clock.now() + skewMs, sleep: clock.sleep } }))
    assertNear(target.clockSkewMs(), skewMs)
  })
}

test('a gateway’s clock is nobody’s business', async () => {
  const stage = await openStage()
  const answer = async () =>
    new Response('<html>', { status: 502, headers: { date: 'Tue, 01 Jan 2019 00:00:00 GMT', 'content-type': 'text/html' } })
  const target = stage.open({ fetch: (url, init) => (url.includes('/oauth2/') ? stage.network(url, init) : answer()) })
  await stage.clock.run(() => drive(target, candidate(person(1)), { ...stage, patienceMs: MINUTE_MS }))
  assert.equal(target.clockSkewMs(), 0)
})
