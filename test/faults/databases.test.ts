import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { User } from '../../src/kernel/person.ts'
import type { AccountProgress } from '../../src/provisioning/target.ts'
import { held } from '../support/held.ts'
import { candidate, drive, STANDARD, TARGET } from '../support/provisioning.ts'
import { isLong } from '../support/seeds.ts'
import { onEachDatabase, type OpenStores } from '../support/stores.ts'
import { openStage, person } from '../support/target-stage.ts'

const NODES = 3
/** People, and how often each of them comes at the same moment. */
const CROWDS: readonly (readonly [people: number, times: number])[] = [[1, 200], isLong ? [20, 50] : [5, 20]]

/** Several nodes on one database, in front of one tenant. */
const openNodes = async (t: TestContext, open: OpenStores) => {
  const { stores, another } = await open(t)
  const all = [stores, ...(await Promise.all(Array.from({ length: NODES - 1 }, () => another())))]
  const stage = await openStage({ visibilityDelaysMs: { graph: [3_000, 12_000] } })
  const { clock } = stage
  const nodes = all.map(({ accounts, seats }) => stage.open({ accounts: held(accounts, clock), seats: held(seats, clock) }))
  const known = (n: number): Promise<User> => {
    const { identity, names, emailVerified } = person(n)
    return stores.people.recognize(identity, { names, emailVerified }, clock.now())
  }
  return { stage, stores, nodes, known }
}

/** `times` sign-ins of each at once, spread over all nodes. */
const rush = async (
  { stage, nodes }: Pick<Awaited<ReturnType<typeof openNodes>>, 'stage' | 'nodes'>,
  people: readonly User[],
  times: number,
): Promise<readonly AccountProgress[]> => {
  const visits = people.flatMap((user) =>
    nodes.flatMap((node, n) =>
      Array.from({ length: Math.ceil((times - n) / NODES) }, () => drive(node, candidate(user, { arrivedAt: stage.clock.now() }), stage)),
    ),
  )
  return stage.clock.run(() => Promise.all(visits))
}

onEachDatabase((name, open) => {
  for (const [people, times] of CROWDS) {
    test(`${name}: ${people * times} sign-ins at once of ${people}, over ${NODES} nodes: ${people} accounts, ${people} seats`, async (t) => {
      const house = await openNodes(t, open)
      const { stage, stores } = house
      await stage.provideSeats(STANDARD, people)
      const users = await Promise.all(Array.from({ length: people }, (_, n) => house.known(n)))
      const outcomes = await rush(house, users, times)
      assert.equal(outcomes.length, people * times)
      assert.ok(outcomes.every(({ kind }) => kind === 'ready'))
      assert.equal(stage.made().length, people)
      assert.equal(stage.world.seats(STANDARD)?.consumed, people)
      assert.equal(stage.writes().filter((call) => call === 'POST /users').length, people)
      assert.equal(await stores.seats.given(TARGET, STANDARD), people)
      for (const user of users) {
        const account = await stores.accounts.find(user.id, TARGET)
        const subject = await stores.accounts.subject(user.id, TARGET)
        assert.equal(account?.stage, 'ready')
        assert.equal(subject?.immutableId, account?.immutableId)
        assert.ok(
          stage.made().some(({ id, onPremisesImmutableId }) => id === account?.objectId && onPremisesImmutableId === account?.immutableId),
        )
      }
      assert.deepEqual(stage.schema().problems(), [])
      t.diagnostic(`count ${stage.schema().count().validated} Graph exchanges held to the schema, 0 skipped`)
    })
  }

  test(`${name}: the last seats are fought for by a crowd on ${NODES} nodes`, async (t) => {
    const house = await openNodes(t, open)
    const { stage } = house
    await stage.provideSeats(STANDARD, 7)
    const users = await Promise.all(Array.from({ length: isLong ? 500 : 20 }, (_, n) => house.known(n)))
    const outcomes = await rush(house, users, 1)
    assert.equal(outcomes.filter(({ kind }) => kind === 'ready').length, 7)
    assert.equal(outcomes.filter((one) => one.kind === 'pending' && one.reason === 'license_exhausted').length, users.length - 7)
    assert.equal(stage.made().length, 7)
    assert.equal(stage.world.seats(STANDARD)?.free, 0)
  })

  test(`${name}: faulty calls, several nodes`, async (t) => {
    const house = await openNodes(t, open)
    const { stage } = house
    stage.world.scenarios.set('randomFaults', true, { seed: 1, rate: 0.3, kinds: '429 500 502 503 504 reset half' })
    const users = await Promise.all(Array.from({ length: isLong ? 100 : 4 }, (_, n) => house.known(n)))
    await stage.provideSeats(STANDARD, users.length)
    const outcomes = await rush(house, users, 3)
    assert.ok(outcomes.every(({ kind }) => kind === 'ready' || kind === 'pending'))
    stage.world.scenarios.set('randomFaults', false)
    assert.ok((await rush(house, users, 3)).every(({ kind }) => kind === 'ready'))
    assert.equal(stage.made().length, users.length)
    assert.equal(stage.world.seats(STANDARD)?.consumed, users.length)
  })
})
