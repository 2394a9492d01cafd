import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { SeatBook, SeatHolder } from '../../src/provisioning/seat-book.ts'

const TARGET = 'contoso'
const STANDARD = 'f245ecc8-75af-4f8e-b61f-27d8114de5f3'
const BASIC = '3b555118-da6a-4418-894f-7df1e2096870'
const AT = Date.parse('2026-03-02T09:00:00Z')
const RACERS = 40

const holder = (n: number, target = TARGET): SeatHolder => ({ target, userId: `user-${n}` })
const seat = (n: number, skuId = STANDARD, target = TARGET) => ({ ...holder(n, target), skuId })

/** What every seat book does, whatever it is kept in. `open` gives an empty one. */
export const seatBookConformance = (name: string, open: (t: TestContext) => Promise<SeatBook>): void => {
  const it = (sentence: string, check: (book: SeatBook) => Promise<void>): void =>
    void test(`${name}: ${sentence}`, async (t) => check(await open(t)))

  it('seats are reserved up to the cap, and not one more', async (book) => {
    assert.equal(await book.reserve(seat(1), 2, AT), true)
    assert.equal(await book.reserve(seat(2), 2, AT), true)
    assert.equal(await book.reserve(seat(3), 2, AT), false)
    assert.equal(await book.reserve(seat(3, BASIC), 1, AT), true, 'another license has its own cap')
    assert.equal(await book.reserve(seat(3, STANDARD, 'fabrikam'), 1, AT), true, 'another target has its own seats')
  })

  it('repeating a reservation takes no second seat, also when none is free', async (book) => {
    for (let time = 0; time < 3; time += 1) assert.equal(await book.reserve(seat(1), 1, AT), true)
    assert.equal(await book.reserve(seat(1, STANDARD.toUpperCase()), 1, AT), true)
    assert.equal(await book.reserve(seat(2), 1, AT), false)
    await book.release(holder(1))
    assert.equal(await book.reserve(seat(2), 1, AT), true)
  })

  it('a seat of another license takes the place of the first', async (book) => {
    await book.reserve(seat(1), 1, AT)
    assert.equal(await book.reserve(seat(1, BASIC), 1, AT), true)
    assert.equal(await book.reserve(seat(2), 1, AT), true, 'the first one is free again')
    assert.equal(await book.reserve(seat(1), 1, AT), false, 'and cannot be had back')
    assert.equal(await book.reserve(seat(3, BASIC), 1, AT), false, 'a refusal leaves the seat one has')
  })

  it('only what was given counts as given', async (book) => {
    await book.reserve(seat(1), 5, AT)
    await book.reserve(seat(2), 5, AT)
    assert.equal(await book.given(TARGET, STANDARD), 0)
    await book.give(holder(1))
    await book.give(holder(1))
    assert.equal(await book.given(TARGET, STANDARD), 1)
    assert.equal(await book.given(TARGET, STANDARD.toUpperCase()), 1)
    assert.equal(await book.given(TARGET, BASIC), 0)
    assert.equal(await book.given('fabrikam', STANDARD), 0)
    await book.reserve(seat(1), 5, AT)
    assert.equal(await book.given(TARGET, STANDARD), 1, 'reserved again it stays given')
    await book.reserve(seat(1, BASIC), 5, AT)
    assert.equal(await book.given(TARGET, STANDARD), 0)
    assert.equal(await book.given(TARGET, BASIC), 0, 'a seat of another license is not given yet')
    await book.give(holder(1))
    await book.release(holder(1))
    assert.equal(await book.given(TARGET, BASIC), 0)
  })

  it('giving or releasing a seat nobody holds changes nothing', async (book) => {
    await book.give(holder(1))
    await book.release(holder(1))
    assert.equal(await book.given(TARGET, STANDARD), 0)
    assert.equal(await book.reserve(seat(2), 1, AT), true)
    await book.release(holder(1))
    assert.equal(await book.reserve(seat(3), 1, AT), false)
  })

  it('many who want the last seats at once get exactly as many as there are', async (book) => {
    const won = await Promise.all(Array.from({ length: RACERS }, (_, n) => book.reserve(seat(n), 7, AT)))
    assert.equal(won.filter(Boolean).length, 7)
    const repeated = await Promise.all(Array.from({ length: RACERS }, (_, n) => book.reserve(seat(n), 7, AT)))
    assert.deepEqual(repeated, won, 'who has one keeps it')
  })
}
