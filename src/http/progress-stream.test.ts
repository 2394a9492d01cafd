import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventStream, pageStream, type Watching } from './progress-stream.ts'
import type { Progress } from './sign-in-port.ts'

const links = { events: '/sign-in/t1/events', next: '/sign-in/t1/next' }
const frame = { organization: { name: 'Fabrikam' }, at: 0, correlation: 'c' }
const never = (_ms: number, signal?: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))

const steps = (...states: readonly ('done' | 'now' | 'next')[]): Progress['steps'] =>
  (['check', 'create', 'license', 'settle'] as const)
    .slice(0, states.length)
    .map((name, index) => ({ name, state: states[index] ?? 'next' }))

async function* story(): AsyncGenerator<Progress> {
  yield { steps: steps('now', 'next', 'next', 'next'), done: false }
  yield { steps: steps('done', 'done', 'now', 'next'), done: false }
  yield { steps: steps('done', 'done', 'now', 'next'), say: 'longer', done: false }
  yield { steps: [], done: true }
}

const watching = (progress: AsyncIterable<Progress>, more: Partial<Watching> = {}): Watching => ({
  progress,
  clock: { now: () => 0, sleep: never },
  signal: new AbortController().signal,
  failed: (error) => assert.fail(String(error)),
  ...more,
})

const text = async (stream: AsyncIterable<string>): Promise<string> => (await Array.fromAsync(stream)).join('')

test('events tell every step by its name and end where there is somewhere to go', async () => {
  const events = await text(eventStream(watching(story())))
  assert.match(events, /^retry: 2000\n\n/)
  assert.match(events, /"text":"Creating your Microsoft 365 account","state":"done"/)
  assert.match(events, /"say":"Taking a little longer than usual\. Nothing is wrong\."/)
  assert.match(events, /event: done\ndata: \{\}\n\n$/)
})

test('without script each step is written once, ticked when it is done, and the page goes on by itself', async () => {
  const page = await text(pageStream(watching(story()), links, frame))
  assert.equal(page.split('Checking your account').length, 2)
  assert.equal(page.split('Adding your license').length, 2)
  assert.equal(page.split('class="tick"').length, 4)
  assert.ok(!page.includes('Waiting for Microsoft to be ready'))
  assert.match(
    page,
    /<a class="button primary" href="\/sign-in\/t1\/next">Continue<\/a>\s*<meta http-equiv="refresh" content="0; url=\/sign-in\/t1\/next">/,
  )
  assert.match(page, /<\/html>\s*$/)
})

test('without script what is said stands in the step it is about, and no step is closed before its time', async () => {
  const page = await text(pageStream(watching(story()), links, frame))
  const list = page.slice(page.indexOf('<ol'), page.indexOf('</ol>'))
  assert.match(
    list,
    /<li class="now">Adding your license<span class="say">Taking a little longer than usual\. Nothing is wrong\.<\/span><span class="tick"> – done<\/span><\/li>\s*$/,
  )
  const parts = list.matchAll(/<(\/?)li/g)
  let depth = 0
  for (const [, slash] of parts) {
    depth += slash ? -1 : 1
    assert.ok(depth === 0 || depth === 1)
  }
  assert.equal(depth, 0)
})

test('without script a step that is under way is not called done', async () => {
  async function* half(): AsyncGenerator<Progress> {
    yield { steps: steps('done', 'now', 'next', 'next'), done: false }
    left.abort()
  }
  const left = new AbortController()
  const page = await text(pageStream(watching(half(), { signal: left.signal }), links, frame))
  assert.equal(page.split('class="tick"').length, 2)
  assert.ok(page.includes('Creating your Microsoft 365 account'))
})

test('a browser that left ends the watching, and a page that is cut short does not claim to be done', async () => {
  const left = new AbortController()
  let ended = false
  const endless = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        left.abort()
        return new Promise<never>(() => undefined)
      },
      return: async () => {
        ended = true
        return { done: true as const, value: undefined }
      },
    }),
  }
  const page = await text(pageStream(watching(endless, { signal: left.signal }), links, frame))
  assert.ok(ended)
  assert.ok(!page.includes('All set') && !page.includes('content="0;'))
  assert.ok(page.includes('Look again'))
})

test('a restart sends no event that would lead anybody to a closed door', async () => {
  const stopping = AbortSignal.abort()
  assert.ok(!(await text(eventStream(watching(story(), { signal: stopping })))).includes('event: done'))
})

test('where watching fails the browser goes on and finds out why there', async () => {
  const failures: unknown[] = []
  const broken = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('storage')) }) }
  const events = await text(eventStream(watching(broken, { failed: (error) => failures.push(error) })))
  assert.equal(failures.length, 1)
  assert.ok(events.includes('event: done') && !events.includes('storage'))
})

test('a quiet line is kept open by comments', async () => {
  let beats = 0
  const left = new AbortController()
  const sleep = async (_ms: number, signal?: AbortSignal) => {
    beats += 1
    if (beats > 3) left.abort()
    signal?.throwIfAborted()
  }
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }
  const events = await text(eventStream(watching(silent, { clock: { now: () => 0, sleep }, signal: left.signal })))
  assert.equal(events.split(': still here').length, 4)
})
