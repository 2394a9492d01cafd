import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { JsonObject } from '../../src/kernel/json.ts'
import { egress } from '../../src/rules/egress.ts'
import { createPool } from '../../src/rules/pool.ts'
import { ruleRunner } from '../../src/rules/rule-runner.ts'
import type { InnerHost, InnerResponse } from '../../src/rules/runner.ts'
import { orderOf } from '../support/rule-samples.ts'
import { seedRules } from '../support/seed-recipe.ts'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The old recipe in a real runner, for one person; the retired names are answered by these hosts, or by nobody. */
const runRecipe = async (t: TestContext, innerHosts: readonly InnerHost[]) => {
  const nobody = egress({ lookup: async () => [], ownAddresses: () => [], connect: () => Promise.reject(new Error('nobody is called')) })
  const pool = createPool({ jail: 'auto', reach: nobody, innerHosts, log: silent })
  t.after(pool.stop)
  const kept: JsonObject[] = []
  const runner = ruleRunner({
    isolation: pool,
    tokens: { issue: () => 'token', revoke: () => undefined },
    updateMetadata: async () => assert.fail('nothing was made that could be remembered'),
    keep: async ({ body }) => void kept.push(body),
    publicUrl: new URL('https://id.fabrikam.com'),
    clock: { now: Date.now },
    log: silent,
  })
  const order = orderOf()
  const settings = seedRules({ AUTH0_OFFICE365_CLIENT_ID: order.relyingParty.clientId })
  const outcome = await runner.run({ ...order, settings })
  return { outcome, record: JSON.stringify(kept) }
}

test('without the bridge the old recipe is a denial that names the cause', async (t) => {
  const { outcome, record } = await runRecipe(t, [])
  assert.equal(outcome.kind === 'denied' && outcome.failure.code, 'rule_denied')
  assert.match(record, /getaddrinfo ENOTFOUND login\.windows\.net/)
  assert.doesNotMatch(record, /the key of the old recipe/)
})

test('where a GET with a body is taken for a GET, as Microsoft did, the recipe makes nobody, and the record says what it asked for', async (t) => {
  const asked: string[] = []
  const literal: InnerHost = {
    names: ['login.windows.net', 'graph.windows.net'],
    answer: async ({ method, host, path }): Promise<InnerResponse> => {
      asked.push(`${method} ${path}`)
      if (host.startsWith('login')) return { status: 200, body: { token_type: 'Bearer', access_token: 'opaque' } }
      if (/\/users\?/.test(path)) return { status: 200, body: { value: [] } }
      if (path.includes('/subscribedSkus')) return { status: 200, body: { value: [{ skuPartNumber: 'O365_BUSINESS', skuId: 'sku' }] } }
      return { status: 404, body: { 'odata.error': { code: 'Request_ResourceNotFound' } } }
    },
  }
  const { outcome, record } = await runRecipe(t, [literal])
  assert.equal(outcome.kind === 'denied' && outcome.failure.code, 'rule_denied')
  assert.deepEqual(
    asked.map((line) => line.replace(/\?.*/, '').replace(/\/[^/]*\.example/, '')),
    ['POST /oauth2/token', 'GET /users', 'GET /subscribedSkus', 'GET /users/undefined/assignLicense'],
  )
  assert.match(record, /404/)
  assert.match(record, /Request_ResourceNotFound/)
  assert.doesNotMatch(record, /the key of the old recipe/)
})
