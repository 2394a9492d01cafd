import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ruleTokens } from './rule-tokens.ts'

const fresh = () => {
  const clock = { at: 1_000, now: () => clock.at }
  return { clock, tokens: ruleTokens({ randomness: { bytes: randomBytes }, clock }) }
}

test('a token is one run’s, may read and update users, and is known by nothing else', async () => {
  const { tokens } = fresh()
  const [one, other] = [tokens.issue({ reference: 'a' }), tokens.issue({ reference: 'b' })]
  assert.notEqual(one, other)
  assert.match(one, /^usher_rule_[\w-]{43}$/)
  assert.deepEqual(await tokens.principal(one), { name: 'rule a', scopes: ['read:users', 'update:users'], reference: 'a' })
  for (const wrong of ['', one.slice(0, -1), `${one}A`, one.toUpperCase()]) assert.equal(await tokens.principal(wrong), undefined)
})

test('what a run began may finish for five seconds, and no longer', async () => {
  const { clock, tokens } = fresh()
  const token = tokens.issue({ reference: 'a' })
  clock.at += 20_000
  tokens.revoke(token)
  clock.at += 4_999
  assert.ok(await tokens.principal(token))
  tokens.revoke(token)
  clock.at += 1
  assert.equal(await tokens.principal(token), undefined, 'taking it back again makes it no longer')
})

test('a token nobody took back ends by itself', async () => {
  const { clock, tokens } = fresh()
  const token = tokens.issue({ reference: 'a' })
  clock.at += 5 * 60_000
  assert.equal(await tokens.principal(token), undefined)
  tokens.revoke(token)
  assert.equal(await tokens.principal(token), undefined, 'taking it back late revives nothing')
  tokens.revoke('never given')
  assert.equal(await tokens.principal('never given'), undefined)
})
