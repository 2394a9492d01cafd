import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { MESSAGE_LIMITS, readStrictly, type XmlLimits } from '#lib/strict-xml.ts'
import { XmlRefused } from '#lib/xml-refused.ts'
import { openSample, type Outcome, type Sample } from './arena.ts'
import { hostiles, swollen, swollenBase64, swollenSignatures } from './hostile.ts'

/** Base64 of it is just as long as a message may be. */
const LARGEST = 190_000
/** Each makes the work grow by as much when it is linear, and by its square when it is not. */
const TIMES = 8
const TRIES = 7

let sample: Sample
before(async () => {
  sample = await openSample('assertion signed')
})

const cpuMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000

/** What comes of a document, and the processor time it took: nothing of it waits, so this is how long others wait at most. */
const measured = async (document: string | Uint8Array) => {
  const began = process.cpuUsage()
  const outcome = await sample.post(document)
  return { outcome, used: cpuMs(process.cpuUsage(began)) }
}

const told = (name: string, used: number): string => `${name}: ${used.toFixed(1)} ms of processor time`

const refusal = (outcome: Outcome): string => {
  assert.ok(!('profile' in outcome), 'somebody is let in')
  assert.equal(outcome.code, 'connection_answer_invalid')
  return outcome.reason
}

for (const { name, make, reason } of hostiles)
  test(`${name} are refused`, async (context) => {
    const { outcome, used } = await measured(make(LARGEST))
    assert.equal(refusal(outcome), reason)
    context.diagnostic(told(name, used))
  })

for (const [name, make] of Object.entries(swollen))
  test(`an answer with ${name} is refused`, async (context) => {
    const { outcome, used } = await measured(make(sample.xml))
    assert.equal(refusal(outcome), 'xml signature')
    context.diagnostic(told(name, used))
  })

for (const [name, { make, reason }] of Object.entries(swollenSignatures))
  test(`a signature with ${name} is refused`, async (context) => {
    const document = make(sample.xml)
    assert.notEqual(document, sample.xml)
    const { outcome, used } = await measured(document)
    assert.equal(refusal(outcome), reason)
    context.diagnostic(told(name, used))
  })

for (const [name, { value, reason }] of Object.entries(swollenBase64))
  test(`base64 with ${name} is refused`, async () => {
    assert.equal(refusal(await sample.postValue(value)), reason)
  })

const WITHOUT_LIMITS: XmlLimits = { bytes: 1e9, depth: 1e9, nodes: 1e9, attributes: 1e9 }

const readingTime = (document: string | Uint8Array): number => {
  const began = process.cpuUsage()
  try {
    readStrictly(document, WITHOUT_LIMITS)
  } catch (error) {
    assert.ok(error instanceof XmlRefused, String(error))
  }
  return cpuMs(process.cpuUsage(began))
}

/** The least of several, since whatever else the machine does only adds. */
const leastTime = (document: string | Uint8Array): number => Math.min(...Array.from({ length: TRIES }, () => readingTime(document)))

test('without any limit the time to read grows as the document does', (context) => {
  const growing = hostiles.filter(({ reason }) => reason !== 'size' && reason !== 'encoding')
  assert.ok(growing.length >= 12)
  for (const { name, make } of growing) {
    const [small, large] = [make(MESSAGE_LIMITS.bytes / 4), make((MESSAGE_LIMITS.bytes / 4) * TIMES)]
    assert.ok(large.length > small.length * (TIMES - 1), name)
    const [one, many] = [leastTime(small), leastTime(large)]
    context.diagnostic(`${name}: ${one.toFixed(1)} ms, ${TIMES} times as much ${many.toFixed(1)} ms`)
    // What grows with the square takes TIMES times as much again; collecting garbage alone up to three times.
    assert.ok(many < 4 + one * TIMES * 5, `${name}: ${one} ms, ${TIMES} times as much ${many} ms`)
  }
})
