import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLong, seedsOf } from '../../support/seeds.ts'
import { KINDS, openSample } from './arena.ts'
import { respelledAs } from './respelled.ts'

/** Of each of two seeds. */
const RESPELLINGS = isLong ? 2_000 : 250

for (const seed of seedsOf(1, 1))
  test(`${RESPELLINGS} answers that are only spelled otherwise: nobody is taken for somebody else (seed ${seed})`, async (context) => {
    const samples = await Promise.all(KINDS.map(openSample))
    const reasons = new Map<string, number>()
    let accepted = 0
    for (let number = 0; number < RESPELLINGS; number += 1) {
      const sample = samples[number % samples.length]
      assert.ok(sample)
      const outcome = await sample.post(respelledAs(sample, seed * 1_000_003 + number))
      if ('profile' in outcome) {
        assert.deepEqual(outcome.profile, sample.profile, `seed ${seed}, number ${number}`)
        accepted += 1
      } else {
        assert.equal(outcome.code, 'connection_answer_invalid', `seed ${seed}, number ${number}`)
        reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1)
      }
    }
    assert.ok(accepted >= RESPELLINGS * 0.95, `only ${accepted} accepted: ${JSON.stringify([...reasons])}`)
    context.diagnostic(`count ${accepted} respelled SAML answers accepted`)
    context.diagnostic(`count ${RESPELLINGS - accepted} respelled SAML answers refused`)
    context.diagnostic(`refused: ${JSON.stringify([...reasons])}`)
  })
