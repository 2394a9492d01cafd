import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { MESSAGE_LIMITS, readStrictly, type XmlLimits } from '#lib/strict-xml.ts'
import { XmlRefused } from '#lib/xml-refused.ts'
import { openSample, type Outcome, type Sample } from './arena.ts'
import { hostiles } from './hostile.ts'

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

const refusal = (outcome: Outcome): string => {
  assert.ok(!('profile' in outcome), 'somebody is let in')
  assert.equal(outcome.code, 'connection_answer_invalid')
  return outcome.reason
}

for (const { name, make, reason } of hostiles)
  test(`${name} are refused`, async (context) => {
    const { outcome, used } = await measured(make(LARGEST))
    assert.equal(refusal(outcome), reason)
    context.diagnostic(`${name}: ${used.toFixed(1)} ms of processor time`)
  })

/** As much as the gate lets through to the library, in the assertion of a good answer. */
const swollen: Readonly<Record<string, string>> = {
  'as many elements as there may be': '<saml:x/>'.repeat(1_850),
  'as many names as there may be': Array.from({ length: 900 }, (_, n) => `<saml:x${n}></saml:x${n}>`).join('') + 'z'.repeat(140_000),
  'as many attributes as there may be': `<saml:x ${Array.from({ length: 60 }, (_, n) => `a${n}=""`).join(' ')}/>`.repeat(30),
  'as much text as there may be': 'z'.repeat(180_000),
}

for (const [name, markup] of Object.entries(swollen))
  test(`an answer with ${name} is refused`, async (context) => {
    const document = sample.xml.replace('</saml:AttributeStatement>', `<saml:y>${markup}</saml:y>$&`)
    const { outcome, used } = await measured(document)
    assert.equal(refusal(outcome), 'xml signature')
    context.diagnostic(`${name}: ${used.toFixed(1)} ms of processor time`)
  })

test('base64 of a million lines is refused', async () => {
  const value = 'QUJD\n'.repeat(1_000_000)
  assert.equal(refusal(await sample.postValue(value)), 'size')
  assert.equal(refusal(await sample.postValue('\n'.repeat(200_000))), 'base64')
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
    assert.ok(many < 4 + one * TIMES * 3, `${name}: ${one} ms, ${TIMES} times as much ${many} ms`)
  }
})
