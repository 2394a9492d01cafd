import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { selfSignedCertificate } from '../../src/tokens/self-signed-certificate.ts'
import { fakeHttp } from '../support/fake-sign-in.ts'
import { lintHeaders } from '../support/header-lint.ts'

const HOST = 'id.fabrikam.example'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const certificatePem = selfSignedCertificate({
  commonName: HOST,
  serial: Buffer.alloc(16, 7),
  notBefore: Date.now() - 60_000,
  notAfter: Date.now() + 600_000,
  publicKey,
  privateKey,
})
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const http = fakeHttp(() => ({ kind: 'page', status: 200, page: { name: 'chooser', service: 'Microsoft 365', choices: [] } }), {
  tls: { certificatePem, privateKeyPem },
})
let port = 0

before(async () => {
  port = Number(new URL(await http.server.listen()).port)
})
after(() => http.server.close())

const to = { host: '127.0.0.1', servername: HOST, rejectUnauthorized: false } as const

test('pages come over our own TLS, and browsers are told to stay with it', async () => {
  const request = get({ ...to, port, path: '/login', headers: { host: HOST } })
  const [response]: IncomingMessage[] = await once(request, 'response')
  assert.ok(response)
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headers)) for (const one of [value].flat()) headers.append(name, String(one))
  assert.equal(response.statusCode, 200)
  assert.deepEqual(lintHeaders({ url: `https://${HOST}/login`, status: 200, headers }), [])
  assert.match(headers.get('strict-transport-security') ?? '', /max-age=31536000/)
  assert.match(headers.getSetCookie()[0] ?? '', /^__Host-usher_browser=.*; Secure/)
  response.resume()
  await once(response, 'end')
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`${version} is spoken`, async () => {
    const socket = connect({ ...to, port, minVersion: version, maxVersion: version })
    await once(socket, 'secureConnect')
    assert.equal(socket.getProtocol(), version)
    socket.destroy()
  })

test('what came before is not', async () => {
  const socket = connect({ ...to, port, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' })
  const [error] = await once(socket, 'error')
  assert.match(String(error), /version|protocol|alert|reset/i)
})
