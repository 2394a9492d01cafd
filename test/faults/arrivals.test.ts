import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../src/kernel/account.ts'
import type { User } from '../../src/kernel/person.ts'
import type { ProvisioningTarget } from '../../src/provisioning/target.ts'
import { candidate, drive, STANDARD } from '../support/provisioning.ts'
import { openStage, person, type TargetStage } from '../support/target-stage.ts'
import { assertObservedReady, assertOneAccountEach, assertSeatsHold } from './invariants.ts'
import { isLong, seedsOf, withSeed } from '../support/seeds.ts'

const PEOPLE = isLong ? 1_000 : 80
/** They come one after the other, about as fast as Graph lets people be made. */
const BETWEEN_ARRIVALS_MS = 200
/** How long somebody looks at Microsoft's error before they try again. */
const LOOKS_FOR_MS = 15_000

/** Whether Microsoft's login knows the account at this moment; if not, a token about it is answered AADSTS51004. */
const isKnown = (stage: TargetStage, { immutableId }: Pick<Account, 'immutableId'>): boolean =>
  stage.world
    .signInView()
    .live()
    .some((user) => user.onPremisesImmutableId === immutableId)

interface Arrival {
  readonly tries: number
  readonly ms: number
}

/** One person's first sign-in: a token as soon as there may be one, again when Microsoft does not know them yet. */
const arrive = async (stage: TargetStage, target: ProvisioningTarget, user: User): Promise<Arrival> => {
  const begun = stage.clock.now()
  for (let tries = 1; ; tries += 1) {
    const progress = await drive(target, candidate(user, { arrivedAt: stage.clock.now() }), stage)
    assert.equal(progress.kind, 'ready')
    const account = await stage.accounts.find(user.id, stage.settings.name)
    assert.ok(account)
    // As the first token of an account is recorded.
    stage.accounts.put({ ...account, unprovenTokenAt: account.unprovenTokenAt ?? stage.clock.now() })
    if (isKnown(stage, account)) return { tries, ms: stage.clock.now() - begun }
    await stage.clock.sleep(LOOKS_FOR_MS)
  }
}

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN

test(`of ${PEOPLE} first sign-ins under random delays hardly anybody meets AADSTS51004, and they arrive at the second try`, async (t) => {
  for (const seed of seedsOf(1, 20)) {
    await withSeed(seed, async () => {
      const stage = await openStage({ seed, visibilityDelaysMs: { graph: [3_000, 12_000], signIn: [5_000, 20_000] } })
      await stage.provideSeats(STANDARD, PEOPLE)
      const target = stage.open()
      const arrivals = await stage.clock.run(() =>
        Promise.all(
          Array.from({ length: PEOPLE }, async (_, n) => {
            await stage.clock.sleep(n * BETWEEN_ARRIVALS_MS)
            return arrive(stage, target, person(n))
          }),
        ),
      )
      const again = arrivals.filter(({ tries }) => tries > 1)
      const times = arrivals.map(({ ms }) => ms).toSorted((left, right) => left - right)
      t.diagnostic(
        `seed ${seed}: ${again.length} of ${PEOPLE} met AADSTS51004; there after ${quantile(times, 0.5) / 1_000} s (median), ${quantile(times, 0.95) / 1_000} s (95 %)`,
      )
      assert.ok(again.length <= PEOPLE / 100, `${again.length} met AADSTS51004`)
      assert.deepEqual(
        again.filter(({ tries }) => tries > 2),
        [],
        'a third try',
      )
      assert.equal(stage.made().length, PEOPLE)
      assertOneAccountEach(stage)
      assertSeatsHold(stage)
      assertObservedReady(stage)
    })
  }
})

test('a sign-in service far behind: everybody comes again, and the longer margin is enough in the end', async () => {
  const stage = await openStage({ visibilityDelaysMs: { graph: [0, 3_000], signIn: [60_000, 60_000] } })
  const target = stage.open()
  const arrivals = await stage.clock.run(() => Promise.all([1, 2, 3].map((n) => arrive(stage, target, person(n)))))
  for (const { tries, ms } of arrivals) {
    assert.equal(tries, 3)
    assert.ok(ms >= 60_000 && ms < 150_000, `${ms} ms`)
  }
})
