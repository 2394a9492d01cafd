import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { after, describe, test } from 'node:test'
import evaluator from '../../src/rules/inside/evaluator.cjs'
import { seedRule } from '../support/seed-recipe.ts'
import type { Answer, Call } from './gallery/entry.ts'
import { openStandIn } from './gallery/stand-in.ts'

/** The code block of Auth0's "Office 365 Custom Provisioning", its last line feed included. */
const SHA_256 = '7cdad3b462d950169bfd52529099f973475299e34cd192419eeb5150439cf504'

const standIn = await openStandIn()
after(standIn.close)
const requireHere = createRequire(import.meta.url)

/** `request-promise` as it is, its calls led to a proxy of this machine that answers for everybody. */
const requestPromise = requireHere('request-promise').defaults({ proxy: standIn.url, tunnel: false })
const modules: Readonly<Record<string, unknown>> = { 'request-promise': requestPromise, uuid: requireHere('uuid') }

const CONFIGURATION = {
  AUTH0_OFFICE365_CLIENT_ID: 'office365',
  AAD_DOMAIN: 'fabrikam.example',
  AAD_APPLICATION_ID: 'app',
  AAD_APPLICATION_API_KEY: 'the key',
}
const GRAPH = 'https://graph.windows.net/fabrikam.example'
const TOKEN = 'https://login.windows.net/fabrikam.example/oauth2/token'
const skus = {
  value: [
    { skuPartNumber: 'OTHER', skuId: 'sku-0' },
    { skuPartNumber: 'O365_BUSINESS', skuId: 'sku-1' },
  ],
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  [`POST ${TOKEN}`]: { body: { access_token: 'bearer' } },
  [`GET ${GRAPH}/users`]: { status: 201, body: { objectId: 'object-1' } },
  [`GET ${GRAPH}/subscribedSkus`]: { body: skus },
  [`GET ${GRAPH}/users/object-1/assignLicense`]: { body: {} },
}

type Loose = Record<string, unknown>

/** One sign-in; `waited` resolves when the recipe begins to wait, and `passes` lets the time go by. */
const signIn = (user: Loose, context: Loose = {}) => {
  const writes: unknown[] = []
  const words: unknown[][] = []
  const order: string[] = []
  const waited = Promise.withResolvers<{ readonly ms: number; readonly passes: () => void }>()
  const ended = Promise.withResolvers<void>()
  const rule = evaluator.compileRule(seedRule(), {
    require: (name) => modules[name],
    globals: {
      configuration: CONFIGURATION,
      auth0: {
        users: {
          updateAppMetadata: async (id: string, patch: Loose) => {
            order.push('remembered')
            writes.push({ id, patch: { ...patch } })
          },
        },
      },
      setTimeout: (passes: () => void, ms: number) => {
        order.push('waits')
        waited.resolve({ ms, passes })
      },
    },
  })
  const here = { clientID: 'office365', connection: 'google-oauth2', ...context }
  const call = () =>
    rule(user, here, (...said) => {
      order.push('called back')
      words.push(said)
      ended.resolve()
    })
  return { call, here, writes, words, order, waited: waited.promise, ended: ended.promise }
}

const nadia = (): Loose => ({ user_id: 'google-oauth2|118212', nickname: 'nadia', email: 'nadia@partner.example' })
const jsonOf = ({ body }: Call) => JSON.parse(body)

test('the recipe is the one that was published, byte for byte', () => {
  assert.equal(createHash('sha256').update(seedRule()).digest('hex'), SHA_256)
})

describe('the recipe in the evaluator', () => {
  test('the first time: four calls, what is remembered, fifteen seconds, and the names', async () => {
    standIn.expect(ANSWERS)
    const user = nadia()
    const { call, here, writes, words, order, waited, ended } = signIn(user)
    call()
    const { ms, passes } = await waited
    const [token, create, list, assign, ...more] = await standIn.asked(4)
    assert.ok(token && create && list && assign)
    assert.deepEqual(
      [token, create, list, assign].map(({ line }) => line),
      [
        `POST ${TOKEN}?api-version=1.5`,
        `GET ${GRAPH}/users?api-version=1.6`,
        `GET ${GRAPH}/subscribedSkus?api-version=1.6`,
        `GET ${GRAPH}/users/object-1/assignLicense?api-version=1.6`,
      ],
    )
    assert.deepEqual(more, [])
    assert.equal(token.headers['content-type'], 'application/x-www-form-urlencoded')
    assert.equal(token.headers['accept'], 'application/json')
    assert.deepEqual(Object.fromEntries(new URLSearchParams(token.body)), {
      ...{ client_id: 'app', client_secret: 'the key', grant_type: 'client_credentials', resource: 'https://graph.windows.net' },
    })
    const { immutableId, userPrincipalName, ...account } = jsonOf(create)
    assert.match(userPrincipalName, /^auth0-[0-9a-f-]{36}@mycompanyurl\.com$/)
    assert.equal(Buffer.from(immutableId, 'base64').toString(), userPrincipalName.slice('auth0-'.length, -'@mycompanyurl.com'.length))
    assert.deepEqual(account, {
      ...{ accountEnabled: true, displayName: 'nadia', mailNickname: 'nadia', usageLocation: 'US' },
      passwordProfile: { password: immutableId, forceChangePasswordNextLogin: false },
    })
    assert.deepEqual(jsonOf(assign), { addLicenses: [{ disabledPlans: [], skuId: 'sku-1' }], removeLicenses: [] })
    for (const { headers } of [create, list, assign]) assert.equal(headers['authorization'], 'Bearer bearer')
    const remembered = { office365Provisioned: true, office365UPN: userPrincipalName, office365ImmutableId: immutableId }
    assert.deepEqual(writes, [{ id: user['user_id'], patch: remembered }])
    assert.deepEqual([ms, words], [15_000, []])
    passes()
    await ended
    assert.deepEqual(order, ['remembered', 'waits', 'called back'])
    assert.deepEqual(words, [[null, user, here]])
    assert.deepEqual([user['upn'], user['inmutableid']], [userPrincipalName, immutableId])
  })

  test('the second time: no call, nothing written, no waiting, and the same names at once', () => {
    standIn.expect(ANSWERS)
    const user = {
      ...nadia(),
      app_metadata: { office365Provisioned: true, office365UPN: 'a@fabrikam.example', office365ImmutableId: 'aWQ=' },
    }
    const { call, order, words, writes } = signIn(user)
    call()
    assert.deepEqual([order, writes, words.length], [['called back'], [], 1])
    assert.deepEqual([Object(user).upn, Object(user).inmutableid], ['a@fabrikam.example', 'aWQ='])
  })

  for (const [who, context] of [
    ['another application', { clientID: 'another' }],
    ['the directory', { connection: 'FabrikamAD' }],
  ] as const)
    test(`whoever comes by way of ${who} is left as they are`, () => {
      const user = nadia()
      const { call, order, words } = signIn(user, context)
      call()
      assert.deepEqual([user, order, words[0]?.[0]], [nadia(), ['called back'], null])
    })

  test('a directory that lists where it should create ends the sign-in, and nothing is remembered', async () => {
    standIn.expect({ ...ANSWERS, [`GET ${GRAPH}/users`]: { body: { value: [] } } })
    const { call, order, words, writes, ended } = signIn(nadia())
    call()
    await ended
    const calls = await standIn.asked(4)
    assert.equal(calls.at(-1)?.line, `GET ${GRAPH}/users/undefined/assignLicense?api-version=1.6`)
    const [error] = words[0] ?? []
    assert.deepEqual([Object(error).name, Object(error).statusCode], ['StatusCodeError', 404])
    assert.deepEqual([order, writes], [['called back'], []])
  })

  test('a person without an address makes it throw before it asks anybody', async () => {
    standIn.expect(ANSWERS)
    const { call, order } = signIn({ user_id: 'github|1', nickname: 'x' })
    assert.throws(call, /Cannot read properties of undefined \(reading 'split'\)/)
    assert.deepEqual([order, await standIn.asked(0)], [[], []])
  })
})
