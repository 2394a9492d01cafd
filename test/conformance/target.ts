import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Account } from '../../src/kernel/account.ts'
import type { Candidate, ProvisioningTarget } from '../../src/provisioning/target.ts'
import type { JumpClock } from '../support/jump-clock.ts'
import { drive } from '../support/provisioning.ts'

/** A directory that works, what it holds, and processes in front of it that share their books. */
export interface OpenTarget {
  readonly clock: JumpClock
  /** One more process. */
  readonly open: () => ProvisioningTarget
  readonly candidate: (n: number) => Candidate
  readonly accountOf: (who: Candidate) => Promise<Account | undefined>
  /** How many people were made in the directory, and how often it was written to. */
  readonly made: () => number
  readonly writes: () => number
}

const RACERS = 25
const MANY_LOOKS = 1_000

/** What every provisioning target does. */
export const targetConformance = (name: string, openStage: (t: TestContext) => Promise<OpenTarget>): void => {
  const it = (sentence: string, check: (stage: OpenTarget) => Promise<void>): void =>
    void test(`${name}: ${sentence}`, async (t) => check(await openStage(t)))

  it('work goes on until the account is ready, and its subject is the row’s', async (stage) => {
    const who = stage.candidate(1)
    const progress = await stage.clock.run(() => drive(stage.open(), who, stage))
    assert.equal(progress.kind, 'ready')
    const account = await stage.accountOf(who)
    assert.equal(account?.stage, 'ready')
    assert.deepEqual(
      { ...(progress.kind === 'ready' && progress.subject) },
      { userId: who.user.id, immutableId: account?.immutableId, userPrincipalName: account?.userPrincipalName },
    )
    assert.equal(stage.made(), 1)
  })

  it('what cannot go on now says when it can, and nothing is done before', async (stage) => {
    const who = stage.candidate(1)
    const target = stage.open()
    await stage.clock.run(async () => {
      for (;;) {
        const progress = await target.ensure(who)
        if (progress.kind !== 'pending') break
        const before = stage.writes()
        assert.equal((await target.ensure(who)).kind, 'pending')
        assert.equal(stage.writes(), before)
        await stage.clock.sleep(Math.max(1, progress.nextAt - stage.clock.now()))
      }
    })
    assert.equal(stage.made(), 1)
  })

  peopleAndProcessesAreApart(it)

  it('an account that is ready is not touched again', async (stage) => {
    const who = stage.candidate(1)
    await stage.clock.run(() => drive(stage.open(), who, stage))
    const before = stage.writes()
    const other = stage.open()
    for (let time = 0; time < 3; time += 1) assert.equal((await stage.clock.run(() => other.ensure(who))).kind, 'ready')
    assert.equal(stage.writes(), before)
  })

  it('a look at an account that is ready, or not even begun, finds nothing wrong and changes nothing', async (stage) => {
    const target = stage.open()
    assert.equal(await stage.clock.run(() => target.verify(stage.candidate(1))), undefined)
    assert.equal(await stage.accountOf(stage.candidate(1)), undefined)
    await stage.clock.run(() => drive(target, stage.candidate(1), stage))
    const before = await stage.accountOf(stage.candidate(1))
    const writes = stage.writes()
    assert.equal(await stage.clock.run(() => target.verify(stage.candidate(1))), undefined)
    assert.deepEqual(await stage.accountOf(stage.candidate(1)), before)
    assert.equal(stage.writes(), writes)
  })

  it('many who ask at once, in one process and in several, make one account', async (stage) => {
    const who = stage.candidate(1)
    const targets = [stage.open(), stage.open(), stage.open()]
    const rounds = Array.from({ length: RACERS }, (_, n) => drive(targets[n % targets.length] ?? stage.open(), who, stage))
    const outcomes = await stage.clock.run(() => Promise.all(rounds))
    assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['ready']))
    assert.equal(stage.made(), 1)
  })
}

type It = (sentence: string, check: (stage: OpenTarget) => Promise<void>) => void

const peopleAndProcessesAreApart = (it: It): void => {
  it('people do not share accounts', async (stage) => {
    const target = stage.open()
    const people = Array.from({ length: RACERS }, (_, n) => stage.candidate(n))
    const outcomes = await stage.clock.run(() => Promise.all(people.map((who) => drive(target, who, stage))))
    const ids = outcomes.map((outcome) => (outcome.kind === 'ready' ? outcome.subject.immutableId : outcome.kind))
    assert.equal(new Set(ids).size, RACERS)
    assert.equal(stage.made(), RACERS)
  })

  it('while one process is at an account, the others know, and nobody waits for themselves', async (stage) => {
    const [one, other] = [stage.open(), stage.open()]
    const who = stage.candidate(1)
    await stage.clock.run(async () => {
      assert.equal(await other.isElsewhere(who.user.id), false)
      const going = one.ensure(who)
      let isSeen = false
      for (let look = 0; look < MANY_LOOKS && !isSeen; look += 1) {
        isSeen = await other.isElsewhere(who.user.id)
        assert.equal(await one.isElsewhere(who.user.id), false)
      }
      assert.ok(isSeen)
      assert.equal(await other.isElsewhere(stage.candidate(2).user.id), false, 'somebody else’s account')
      await going
      assert.equal(await other.isElsewhere(who.user.id), false, 'it was given back')
    })
  })
}
