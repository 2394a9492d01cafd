import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { requireModule } from './modules.cjs'

const RUNS = 40

/** A function of a module; fails the test where there is none. */
const functionOf = (name: string, member?: string): ((...said: unknown[]) => PromiseLike<unknown>) => {
  const { module } = requireModule(name)
  const found: unknown = member === undefined ? module : Reflect.get(Object(module), member)
  assert.ok(typeof found === 'function')
  return (...said) => Reflect.apply(found, module, said)
}

/** Many runs at once, each with a chain of three steps; says how many found themselves in another's place. */
const strangers = async (step: (run: number) => PromiseLike<unknown>): Promise<number> => {
  const place = new AsyncLocalStorage<number>()
  let wrong = 0
  const look = (run: number) => {
    if (place.getStore() !== run) wrong += 1
    return step(run)
  }
  const runs = Array.from({ length: RUNS }, (_, run) =>
    place.run(run, () =>
      step(run)
        .then(() => look(run))
        .then(() => look(run)),
    ),
  )
  await Promise.all(runs)
  return wrong
}

for (const [name, member] of [
  ['bluebird', 'delay'],
  ['q', 'delay'],
] as const)
  test(`with ${name}, what goes on later goes on in the name of the sign-in that began it`, async () => {
    const delay = functionOf(name, member)
    assert.equal(await strangers((run) => delay(run % 3)), 0)
  })

test('what q rejects reaches whoever waits for it, at once and later', async () => {
  const told = (error: unknown) => Object(error).message
  const missed = new Error('missed')
  assert.equal(await functionOf('q', 'reject')(missed).then(() => 'kept', told), 'missed')
  const threw = functionOf(
    'q',
    'delay',
  )(1).then(() => {
    throw missed
  })
  assert.equal(await threw.then(() => 'kept', told), 'missed')
})

test('with request-promise as well', async (t) => {
  const server = createServer((request, response) => {
    setTimeout(() => response.end('{}'), Number(request.url?.slice(1)) % 3)
  })
  t.after(() => void server.close())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const call = functionOf('request-promise')
  assert.equal(await strangers((run) => call({ url: `http://127.0.0.1:${address.port}/${run}`, json: true })), 0)
})
