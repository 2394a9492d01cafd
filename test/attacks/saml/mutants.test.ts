import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLong, seedsOf } from '../../support/seeds.ts'
import { KINDS, openSample, type Outcome, type Sample } from './arena.ts'
import { mutantOf } from './mutants.ts'

/** Of each of two seeds. */
const MUTANTS = isLong ? 5_000 : 500
const REFUSED = new Set(['connection_answer_invalid', 'connection_refused'])

/** Whether somebody was let in as who the identity provider said, in an answer to this very request; a refusal has a code. */
const assertHonest = (outcome: Outcome, honest: readonly Sample['profile'][], what: string): boolean => {
  if (!('profile' in outcome)) {
    assert.ok(REFUSED.has(outcome.code), `${what}: ${outcome.code}`)
    return false
  }
  const said = JSON.stringify(outcome.profile)
  assert.ok(
    honest.some((profile) => JSON.stringify(profile) === said),
    `${what}: somebody is let in as ${said}`,
  )
  return true
}

const profileOf = (outcome: Outcome): Sample['profile'] => {
  assert.ok('profile' in outcome)
  return outcome.profile
}

for (const seed of seedsOf(1, 1))
  test(`${MUTANTS} answers that somebody changed: nobody is let in as anybody but who was signed (seed ${seed})`, async (context) => {
    const samples = await Promise.all(KINDS.map(openSample))
    const reasons = new Map<string, number>()
    const done = new Set<string>()
    let accepted = 0
    for (let number = 0; number < MUTANTS; number += 1) {
      const sample = samples[number % samples.length]
      assert.ok(sample)
      const mutant = mutantOf(sample, seed * 1_000_003 + number)
      const outcome = await mutant.post()
      // Only who answers the same request can take the place of somebody, and then as themselves.
      const honest = [sample.profile, profileOf(await honestOther(sample))]
      const what = `seed ${seed}, number ${number}, ${sample.kind}: ${mutant.done.join(', ')}`
      if (assertHonest(outcome, honest, what)) accepted += 1
      const reason = 'profile' in outcome ? 'the same meaning' : outcome.reason
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      for (const one of mutant.done) done.add(one)
    }
    assert.ok(accepted < MUTANTS / 6, `${accepted} kept their meaning: the attack is too weak`)
    assert.ok(accepted > MUTANTS / 100, `${accepted} kept their meaning: nothing came through whole`)
    assert.ok(reasons.size >= 20, `only ${reasons.size} reasons`)
    assert.ok(done.size >= 60, `only ${done.size} tricks`)
    const table = [...reasons].toSorted(([, one], [, other]) => other - one).map(([reason, count]) => `${count} × ${reason}`)
    context.diagnostic(`count ${MUTANTS - accepted} changed SAML answers refused`)
    context.diagnostic(`count ${accepted} changed SAML answers that meant what was signed`)
    context.diagnostic(`${done.size} tricks, ${reasons.size} outcomes: ${table.join(', ')}`)
  })

const others = new Map<Sample, Promise<Outcome>>()

/** Somebody else's answer to the same request. */
const honestOther = (sample: Sample): Promise<Outcome> => {
  const known = others.get(sample) ?? sample.post(sample.others[0] ?? '')
  others.set(sample, known)
  return known
}
