import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { isLong, seedsOf } from '../../support/seeds.ts'
import { type Arena, openArena, type Reply, requestBytes } from './arena.ts'
import { escapesIn, hasToken } from './escapes.ts'
import { mutations, spoiled } from './mutations.ts'
import { goodMessages } from './samples.ts'

const MESSAGES = isLong ? 10_000 : 1_000

let arena: Arena
before(async () => {
  arena = await openArena()
})
after(() => arena.close())

const endsSession = (text: string): boolean => /^set-cookie: [^=]*session=;/im.test(text)

const assertHarmless = (reply: Reply, what: string): void => {
  assert.ok(reply.statuses.length > 0, `no answer to ${what}`)
  const failed = reply.statuses.filter((status) => status >= 500)
  assert.deepEqual(failed, [], `${what} ${arena.house.lines.filter((line) => line.includes('"level":50')).slice(-1)}`)
  assert.deepEqual(escapesIn(reply.text, arena), [], what)
}

test('forty messages that are all right are answered', async (context) => {
  const messages = goodMessages(arena.replyUrl)
  assert.equal(messages.length, 40)
  let tokens = 0
  let cookie = await arena.cookie()
  for (const [index, message] of messages.entries()) {
    const request = spoiled([message], { sample: 0, edits: [], scratches: [], headers: [] })
    const reply = await arena.send(requestBytes(arena.house, { ...request, cookie }))
    assertHarmless(reply, `sample ${index}: ${request.method} ${request.target.slice(0, 200)}`)
    // Nobody here has a second factor, and that is said on a page.
    const isAllRight = (reply.statuses[0] ?? 500) < 400 || /%2Fclaims%2Fmultipleauthn/.test(request.target)
    assert.ok(isAllRight, `sample ${index}: ${reply.statuses[0]}`)
    tokens += hasToken(reply.text) ? 1 : 0
    if (endsSession(reply.text)) cookie = await arena.cookie()
  }
  assert.ok(tokens >= 12, `${tokens} tokens`)
  context.diagnostic(`40 good messages, ${tokens} answered with a token`)
})

for (const seed of seedsOf(1, 1))
  test(`${MESSAGES} spoiled messages: no crash, no 5xx, no token to an unregistered address (seed ${seed})`, async (context) => {
    const messages = goodMessages(arena.replyUrl)
    const times: number[] = []
    const counts = new Map<number, number>()
    let tokens = 0
    let cookie = await arena.cookie()
    for (const mutation of fc.sample(mutations, { seed, numRuns: MESSAGES })) {
      const request = spoiled(messages, mutation)
      const reply = await arena.send(requestBytes(arena.house, { ...request, cookie }))
      assertHarmless(reply, `seed ${seed}: ${JSON.stringify(request).slice(0, 2_000)}`)
      times.push(reply.ms)
      for (const status of reply.statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
      tokens += hasToken(reply.text) ? 1 : 0
      if (endsSession(reply.text)) cookie = await arena.cookie()
    }
    assert.ok(tokens > MESSAGES / 40, `only ${tokens} tokens: the attack did not get far enough`)
    assert.ok((counts.get(400) ?? 0) > MESSAGES / 5, `only ${counts.get(400)} refusals: the messages were not spoiled enough`)
    const p99 = times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0
    const table = [...counts].toSorted(([one], [other]) => one - other).map(([status, count]) => `${count} × ${status}`)
    context.diagnostic(
      `${MESSAGES} messages: ${table.join(', ')}; ${tokens} tokens, all to the registered address; p99 ${p99.toFixed(1)} ms`,
    )
  })

test('after all that a person is still signed in as usual', async () => {
  const [message] = goodMessages(arena.replyUrl)
  assert.ok(message)
  const cookie = await arena.cookie()
  const request = spoiled([message], { sample: 0, edits: [], scratches: [], headers: [] })
  assert.ok(hasToken((await arena.send(requestBytes(arena.house, { ...request, cookie }))).text))
})
