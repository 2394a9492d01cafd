import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { KINDS, type Kind, openSample, type Sample } from './arena.ts'
import { publishedClaims } from './published-claims.ts'
import { publishedSignatures } from './published-signatures.ts'
import { publishedSpellings } from './published-spellings.ts'
import { publishedWrappings } from './published-wrappings.ts'

const all = [...publishedWrappings, ...publishedSignatures, ...publishedSpellings, ...publishedClaims]

const samples = new Map<Kind, Sample>()
before(async () => {
  for (const kind of KINDS) samples.set(kind, await openSample(kind))
})

const sampleOf = (kind: Kind): Sample => {
  const sample = samples.get(kind)
  assert.ok(sample)
  return sample
}

test('there are as many published attacks as we say', (context) => {
  assert.ok(all.length >= 80, `${all.length}`)
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
  context.diagnostic(`count ${all.length} published attacks on SAML`)
})

test('what they are made of is accepted', async () => {
  for (const kind of KINDS) {
    const sample = sampleOf(kind)
    assert.deepEqual(await sample.post(sample.xml), { profile: sample.profile })
  }
})

for (const { name, kind = 'assertion signed', make, reason } of all)
  test(`refused: ${name}`, async () => {
    const sample = sampleOf(kind)
    const xml = make(sample)
    assert.notEqual(xml, sample.xml)
    const outcome = await sample.post(xml)
    assert.ok(!('profile' in outcome), 'somebody is let in')
    assert.deepEqual(outcome, { code: 'connection_answer_invalid', reason })
  })
