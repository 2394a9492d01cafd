import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import bcrypt from 'bcryptjs'
import { UsherError } from '#kernel/errors.ts'
import { foreignVerifier } from './foreign-hash.ts'
import { startThread, type Asked, type Thread } from './foreign-thread.ts'

const SECRET = 'made elsewhere, long ago'
const hash = bcrypt.hashSync(SECRET, 4)

/** Threads that answer when told to, and what became of them. */
const workshop = () => {
  const asked: Asked[] = []
  const answers: PromiseWithResolvers<boolean>[] = []
  const threads: { ended: boolean }[] = []
  const start = (): Thread => {
    const state = { ended: false }
    threads.push(state)
    return {
      ask: (question) => {
        asked.push(question)
        const answer = Promise.withResolvers<boolean>()
        answers.push(answer)
        return answer.promise
      },
      hasEnded: () => state.ended,
      end: () => {
        state.ended = true
      },
    }
  }
  return { start, asked, answers, threads }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a hash that takes a processor for a while keeps nobody else waiting', async () => {
  const verify = foreignVerifier()
  const slow = `$2b$12$${hash.slice(7)}`
  let turns = 0
  let isOver = false
  const checking = verify(slow, SECRET).finally(() => {
    isOver = true
  })
  while (!isOver) {
    turns += 1
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
  assert.equal(await checking, false)
  assert.ok(turns > 20, `${turns} turns`)
})

test('no thread starts before there is a hash, one serves all, and it ends when none has come for a minute', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { start, answers, asked, threads } = workshop()
  const verify = foreignVerifier(start)
  assert.equal(threads.length, 0)
  for (const right of [true, false]) {
    const checking = verify(hash, SECRET)
    await turn()
    answers.at(-1)?.resolve(right)
    assert.equal(await checking, right)
    t.mock.timers.tick(59_000)
  }
  assert.deepEqual(asked.at(-1), { encoded: hash, text: SECRET })
  assert.deepEqual(threads, [{ ended: false }])
  t.mock.timers.tick(1_001)
  assert.deepEqual(threads, [{ ended: true }])
  const again = verify(hash, SECRET)
  await turn()
  t.mock.timers.tick(120_000)
  assert.deepEqual(threads, [{ ended: true }, { ended: false }], 'one that is asked does not end')
  answers.at(-1)?.resolve(true)
  assert.equal(await again, true)
})

test('one is asked at a time, a hundred wait, and the rest is turned away', async () => {
  const { start, answers, asked, threads } = workshop()
  const verify = foreignVerifier(start)
  const crowd = Array.from({ length: 103 }, () => verify(hash, SECRET))
  const settled = Promise.allSettled(crowd)
  for (let count = 1; count <= 101; count += 1) {
    await turn()
    assert.equal(asked.length, count)
    answers.at(-1)?.resolve(true)
  }
  const refused = (await settled).flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  assert.equal(refused.length, 2)
  assert.ok(refused.every((error) => error instanceof UsherError && error.code === 'too_many_requests'))
  assert.equal(threads.length, 1)
})

test('a thread that fails lets nobody in, and the next hash gets another one', async () => {
  const { start, answers, threads } = workshop()
  const verify = foreignVerifier(start)
  const checking = verify(hash, SECRET)
  await turn()
  answers[0]?.reject(new Error('out of memory'))
  await assert.rejects(checking, /out of memory/)
  const next = verify(hash, SECRET)
  await turn()
  answers[1]?.resolve(false)
  assert.equal(await next, false)
  assert.deepEqual(threads, [{ ended: true }, { ended: false }])
})

test('a thread that ended while nobody asked is replaced without anybody noticing', async () => {
  const threads: Thread[] = []
  const verify = foreignVerifier(() => {
    const thread = startThread()
    threads.push(thread)
    return thread
  })
  assert.equal(await verify(hash, SECRET), true)
  threads[0]?.end()
  while (!threads[0]?.hasEnded()) await turn()
  assert.equal(await verify(hash, 'something else'), false)
  assert.equal(threads.length, 2)
})

test('a thread that ends instead of answering rejects, and says nothing of what was asked', async () => {
  const broken = startThread()
  const thread = startThread()
  const asking = thread.ask({ encoded: hash, text: SECRET })
  thread.end()
  // No salt: the package throws, and nobody there takes it.
  const outcomes = await Promise.allSettled([broken.ask({ encoded: `$2b$04$${'!'.repeat(53)}`, text: SECRET }), asking])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && !inspect(outcome.reason).includes(SECRET)),
    [true, true],
  )
})
