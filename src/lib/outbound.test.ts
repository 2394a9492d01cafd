import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { certificateFor } from '../../test/support/own-certificate.ts'
import { lookupWith, onceAtATime, outbound } from './outbound.ts'

const server = createServer((_, response) => {
  hits += 1
  response.end('the inside')
})
let hits = 0
let port = 0

before(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
after(() => server.close())

const callTo = async (...addresses: readonly string[]) => {
  const { fetch, close } = outbound((_, __, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
  )
  try {
    return await (await fetch(`http://provider.example:${port}/`)).text()
  } finally {
    await close()
  }
}

const here = [
  '127.0.0.1',
  '127.8.9.10',
  '0.0.0.0',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '169.254.169.254',
  'fe80::1',
  '224.0.0.1',
  '255.255.255.255',
]
for (const address of here)
  test(`a name that leads to ${address} is not called`, async () => {
    const before = hits
    await assert.rejects(callTo(address), (error) => error instanceof TypeError && String(error.cause).includes('leads to this machine'))
    assert.equal(hits, before)
  })

test('of several addresses only those of somebody else are used, asked for in either way', () => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '10.0.0.5', family: 4 },
    { address: '2001:db8::1', family: 6 },
  ]
  const answers: unknown[] = []
  const lookup = lookupWith((_, { all }, answer) => answer(all ? null : new Error('all are asked for'), addresses))
  lookup('provider.example', { all: true }, (error, found) => answers.push(error, found))
  lookup('provider.example', {}, (error, address, family) => answers.push(error, address, family))
  assert.deepEqual(answers, [null, addresses.slice(1), null, '10.0.0.5', 4])
})

test('names below localhost are this machine, without asking anybody', async () => {
  const { fetch, close } = outbound(() => assert.fail('nobody is asked'))
  const answer = await fetch(`http://accounts.localhost:${port}/`)
  assert.equal(await answer.text(), 'the inside')
  await close()
})

test('a variable that turns certificates off turns nothing off here', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-outbound-'))
  const { tlsCertificateFile, tlsKeyFile } = certificateFor('login.localhost', folder)
  let asked = 0
  const stranger = createTlsServer({ cert: readFileSync(tlsCertificateFile), key: readFileSync(tlsKeyFile) }, () => {
    asked += 1
  })
  await new Promise<void>((listening) => stranger.listen(0, '127.0.0.1', listening))
  const address = stranger.address()
  const { fetch, close } = outbound()
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  try {
    const call = fetch(`https://login.localhost:${typeof address === 'object' ? address?.port : 0}/`)
    await assert.rejects(call, ({ cause }: Error) => /SELF_SIGNED/.test(String(Reflect.get(Object(cause), 'code'))))
    assert.equal(asked, 0)
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    await close()
    stranger.close()
    rmSync(folder, { recursive: true })
  }
})

test('a resolver that fails is a call that fails', async () => {
  const { fetch, close } = outbound((_, __, answer) => answer(new Error('no such name'), []))
  await assert.rejects(fetch(`http://provider.example:${port}/`), TypeError)
  await close()
})

test('a name whose servers do not answer is asked for once, and keeps nobody else waiting', () => {
  const asked: { readonly name: string; readonly answer: (error: Error | null, address?: string) => void }[] = []
  const resolve = onceAtATime((name, _, callback) => {
    asked.push({ name, answer: (error, address) => callback(error, address ? [{ address, family: 4 }] : []) })
  })
  const heard: string[] = []
  const ask = (name: string) =>
    resolve(name, { all: true }, (error, [found]) => heard.push(`${name}: ${error?.message ?? found?.address ?? 'nothing'}`))
  for (let time = 0; time < 100; time += 1) ask('slow.example')
  ask('quick.example')
  assert.deepEqual(
    asked.map(({ name }) => name),
    ['slow.example', 'quick.example'],
  )
  asked[1]?.answer(null, '192.0.2.2')
  assert.deepEqual(heard, ['quick.example: 192.0.2.2'])
  asked[0]?.answer(new Error('no server answers'))
  assert.equal(heard.filter((one) => one === 'slow.example: no server answers').length, 100)
  // What came of it is not kept: the next one asks again, and gets what is true then.
  ask('slow.example')
  assert.equal(asked.length, 3)
  asked[2]?.answer(null, '192.0.2.3')
  assert.equal(heard.at(-1), 'slow.example: 192.0.2.3')
})
