import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeHttp } from '../../test/support/fake-sign-in.ts'

const KIB = 1024
const HEADERS = { host: 'id.fabrikam.example', 'content-type': 'application/x-www-form-urlencoded' }

const post = async (url: string, bytes: number): Promise<number> => {
  const http = fakeHttp(() => ({ kind: 'redirect', location: '/sign-in/t1/next' }))
  const { statusCode } = await http.server.app.inject({
    method: 'POST',
    url,
    headers: HEADERS,
    payload: `SAMLResponse=${'A'.repeat(bytes)}`,
  })
  assert.equal(http.calls.length, statusCode === 303 ? 1 : 0)
  return statusCode
}

test('an identity provider may post more than anybody else, up to a limit', async () => {
  assert.equal(await post('/login/callback/acme', 256 * KIB), 303)
  assert.equal(await post('/login/callback/acme', 301 * KIB), 413)
})

test('everywhere else a form is as large as it was', async () => {
  for (const path of ['/continue', '/wsfed']) {
    assert.equal(await post(path, 60 * KIB), 303)
    assert.equal(await post(path, 65 * KIB), 413, path)
  }
})
