import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import type { Progress } from '../../src/http/sign-in-port.ts'
import type { Answer } from '../../src/kernel/visit.ts'
import { fakeHttp, fakeSignIn, unasked } from '../support/fake-sign-in.ts'

const HOST = 'usher.localhost'
const wait: Answer = { kind: 'wait', transaction: 't1' }
const page: Answer = { kind: 'page', status: 200, page: { name: 'finished', service: 'Microsoft 365', onward: '/' } }

/** A sign-in that is under way for as long as anybody watches. */
async function* underWay(_id: string, _visit: unknown, signal: AbortSignal): AsyncGenerator<Progress> {
  yield { steps: [{ name: 'create', state: 'now' }], done: false }
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

const listening = async (answer: (name: string) => Answer | Promise<Answer>) => {
  const { signIn, calls } = fakeSignIn(({ name }) => answer(name))
  const http = fakeHttp(unasked, { publicUrl: new URL(`http://${HOST}`), signIn: { ...signIn, watch: underWay } })
  const { port } = new URL(await http.server.listen())
  return { ...http, calls, port: Number(port) }
}

const ask = async (port: number, path: string, agent?: Agent): Promise<IncomingMessage> => {
  const request = get({ host: '127.0.0.1', port, path, headers: { host: HOST }, ...(agent && { agent }) })
  const [response]: IncomingMessage[] = await once(request, 'response')
  assert.ok(response)
  return response.setEncoding('utf8')
}

const firstOf = async (response: IncomingMessage, words: string): Promise<string> => {
  let text = ''
  while (!text.includes(words)) text += String((await once(response, 'data'))[0])
  return text
}

const restOf = async (response: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of response) text += String(part)
  return text
}

test('whoever watches a sign-in is let go, and told nothing that is not so', async () => {
  const { server, port } = await listening(() => wait)
  const events = await ask(port, '/sign-in/t1/events')
  assert.match(await firstOf(events, 'progress'), /Creating your Microsoft 365 account/)
  const grown = await ask(port, '/sign-in/t1')
  await firstOf(grown, 'Creating your Microsoft 365 account')
  const [, lastEvents, lastWords] = await Promise.all([server.close(), restOf(events), restOf(grown)])
  assert.ok(!lastEvents.includes('done'))
  assert.match(lastWords, /Look again now/)
  assert.ok(!lastWords.includes('All set'))
})

test('who was being answered is answered, idle lines are closed, and nobody new is let in', async () => {
  const slow = Promise.withResolvers<Answer>()
  const { server, port, calls } = await listening((name) => (name === 'smartLink' ? slow.promise : page))
  const agent = new Agent({ keepAlive: true })
  await restOf(await ask(port, '/go/x', agent))
  const [idle] = Object.values(agent.freeSockets).flat()
  const answered = ask(port, '/login')
  while (!calls.some(({ name }) => name === 'smartLink')) await new Promise(setImmediate)
  const closed = server.close()
  if (idle && !idle.destroyed) await once(idle, 'close')
  await assert.rejects(ask(port, '/go/x'), /ECONNREFUSED/)
  slow.resolve(page)
  const response = await answered
  assert.equal(response.statusCode, 200)
  assert.match(await restOf(response), /You have signed in already/)
  await closed
  agent.destroy()
})
