import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { DROP_HEADER } from './broken-answer.ts'
import { listen } from './http-server.ts'

/** The code of what goes wrong on the caller's side, and how much came before. */
const meet = async (how: string): Promise<{ readonly code: unknown; readonly received: string }> => {
  const answer = new Response('{"begun":', { headers: { [DROP_HEADER]: how, 'content-type': 'application/json' } })
  const server = await listen(() => Promise.resolve(answer), '127.0.0.1', 0)
  let received = ''
  try {
    const sent = request({ host: '127.0.0.1', port: server.port, headers: { host: 'graph.localhost' }, agent: false })
    // The request hears of the broken answer, too.
    sent.on('error', () => undefined)
    sent.end()
    const [incoming]: IncomingMessage[] = await once(sent, 'response')
    assert.ok(incoming !== undefined)
    for await (const chunk of incoming) received += String(chunk)
    return { code: undefined, received }
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? error.code : error, received }
  } finally {
    await server.close()
  }
}

test('a reset connection gives nothing at all', async () => {
  assert.deepEqual(await meet('reset'), { code: 'ECONNRESET', received: '' })
})

test('half an answer begins and never ends', async () => {
  assert.deepEqual(await meet('half'), { code: 'ECONNRESET', received: '{"begun":' })
})
