import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scriptOf } from '../../../test/support/rule-jobs.ts'
import { deniedOf, linesOf, passedOf, rule, runInside } from '../../../test/support/run-inside.ts'

describe('globals', () => {
  test('a rule finds what Auth0’s had', async () => {
    const names = [
      'Buffer',
      'process',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'Promise',
      'URL',
      'fetch',
      'global',
      'require',
      'console',
    ]
    const body = `
      user.types = [${names.map((name) => `typeof ${name}`).join()}];
      user.buffer = new Buffer('Usher').toString('base64');
      user.auth0 = [auth0.domain, auth0.baseUrl, auth0.accessToken];
      user.process = [typeof process.version, JSON.stringify(process.env)];
      callback(null, user, context)`
    const { user } = passedOf(await runInside([rule(body)]))
    assert.deepEqual(user['types'], [
      ...['function', 'object', 'function', 'function', 'function', 'function', 'function', 'function', 'object', 'function', 'object'],
    ])
    assert.equal(user['buffer'], 'VXNoZXI=')
    assert.deepEqual(user['auth0'], ['usher.example', 'https://usher.example/api/v2', 'token'])
    assert.deepEqual(user['process'], ['string', '{}'])
  })

  test('configuration can be read and not written', async () => {
    const body = 'configuration.KEY = "changed"; configuration.NEW = 1; user.seen = [configuration.KEY, configuration.NEW]; callback()'
    const configuration = { KEY: 'value' }
    const { user } = passedOf(await runInside([rule(body)], { configuration }))
    assert.deepEqual(user['seen'], ['value', undefined])
    assert.deepEqual(configuration, { KEY: 'value' })
  })

  test('rules share global, and what one puts there the next run finds (A7)', async () => {
    const defines = rule('global.usherTestGreet = function (name) { return "Hello " + name }; callback()')
    const uses = rule(
      'user.greeting = usherTestGreet(user.email); user.count = (global.usherTestCount || 0) + 1; global.usherTestCount = user.count; callback()',
    )
    const first = passedOf(await runInside([defines, uses]))
    assert.equal(first.user['greeting'], 'Hello ann@example.com')
    const second = passedOf(await runInside([uses]))
    assert.deepEqual([second.user['greeting'], second.user['count']], ['Hello ann@example.com', 2])
  })

  test('a callback that another rule’s helper carries works as well', async () => {
    const defines = rule('global.usherTestLogger = function (name, done) { return { log: console.log, callback: done } }; callback()')
    const uses = rule('var logger = global.usherTestLogger("risk", callback); user.seen = 1; logger.callback(null, user, context)')
    assert.equal(passedOf(await runInside([defines, uses])).user['seen'], 1)
  })

  test('a helper from an earlier sign-in works for whoever calls it: with their token, into their log', async () => {
    const defines = rule(`
      global.usherTestHelper = global.usherTestHelper || function (id) {
        console.log('asked for ' + id);
        return auth0.users.updateAppMetadata(id, { token: auth0.accessToken })
      };
      callback()`)
    const uses = rule('usherTestHelper(user.user_id).then(function () { callback(null, user, context) }, callback)')
    const auth0 = { domain: 'usher.example', baseUrl: 'https://usher.example/api/v2' }
    for (const name of ['one', 'two', 'three']) {
      const written: unknown[] = []
      const result = await runInside([defines, uses], {
        auth0: { ...auth0, accessToken: `helper-token-${name}` },
        user: { user_id: name },
        updateMetadata: async (...said) => {
          written.push(said)
          return {}
        },
      })
      passedOf(result)
      assert.deepEqual(written, [['app', name, { token: `helper-token-${name}` }]])
      assert.deepEqual(linesOf(result), [`log: asked for ${name}`])
    }
  })

  test('nothing of one run is bound in the next: not its token, not its console', async () => {
    const uses = [rule('user.token = auth0.accessToken; console.log(user.email); callback()')]
    const auth0 = { domain: 'usher.example', baseUrl: 'https://usher.example/api/v2' }
    const runs = await Promise.all(
      ['one', 'two'].map((name) =>
        runInside(uses, {
          auth0: { ...auth0, accessToken: `token-of-run-${name}` },
          user: { user_id: name, email: `${name}@example.com` },
        }),
      ),
    )
    assert.deepEqual(
      runs.map((result) => [passedOf(result).user['token'], linesOf(result)]),
      [
        ['token-of-run-one', ['log: one@example.com']],
        ['token-of-run-two', ['log: two@example.com']],
      ],
    )
  })

  test('imported rules find old names without require, once with a notice; others do not (A9)', async () => {
    const body = `
      user.id = uuid.v4().length;
      user.token = jwt.verify(jwt.sign({ a: 1 }, 'short'), 'short').a;
      user.again = jwt.decode(jwt.sign({ a: 2 }, 'short')).a;
      user.picked = _.pick({ a: 1, b: 2 }, 'a');
      user.hash = crypto.createHash('md5').update('x').digest('hex').length;
      callback(null, user, context)`
    const result = await runInside([scriptOf(rule(body), { legacyGlobals: true })])
    const { user } = passedOf(result)
    assert.deepEqual([user['id'], user['token'], user['again'], user['picked'], user['hash']], [36, 1, 2, { a: 1 }, 32])
    assert.deepEqual(
      linesOf(result),
      ["uuid is there without require for imported rules alone: say require('uuid')"]
        .concat(
          ['jwt', '_', 'crypto'].map(
            (name) =>
              `${name} is there without require for imported rules alone: say require('${{ jwt: 'jsonwebtoken', _: 'lodash' }[name] ?? name}')`,
          ),
        )
        .map((text) => `notice: ${text}`),
    )
    assert.deepEqual(deniedOf(await runInside([rule(body)])), {
      rule: 'rul_1',
      name: 'ReferenceError',
      message: 'uuid is not defined',
      isRefusal: false,
    })
  })

  test('an imported rule may have such a name of its own', async () => {
    const own = 'var jwt = "mine"; _ = "also mine"; user.seen = [jwt, _]; callback()'
    const result = await runInside([scriptOf(rule(own), { legacyGlobals: true })])
    assert.deepEqual(passedOf(result).user['seen'], ['mine', 'also mine'])
    assert.deepEqual(linesOf(result), [])
  })
})

describe('auth0.users', () => {
  const asked: unknown[] = []
  const updateMetadata = async (...said: readonly unknown[]) => {
    asked.push(said)
    return { user_id: 'auth0|1', app_metadata: { a: 1 } }
  }

  test('gives a promise, and calls back as Node does for those who like it', async () => {
    const body = `
      auth0.users.updateAppMetadata(user.user_id, { a: 1 }).then(function (updated) {
        user.updated = updated.app_metadata;
        auth0.users.updateUserMetadata('auth0|2', { b: null }, function (error, other) {
          user.other = [error, other.user_id];
          callback(null, user, context)
        })
      })`
    const { user } = passedOf(await runInside([rule(body)], { updateMetadata }))
    assert.deepEqual([user['updated'], user['other']], [{ a: 1 }, [null, 'auth0|1']])
    assert.deepEqual(asked, [
      ['app', 'auth0|1', { a: 1 }],
      ['user', 'auth0|2', { b: null }],
    ])
  })

  test('a change that is refused is an error the rule can catch', async () => {
    const updateMetadata = () => Promise.reject(new Error('Not this one.'))
    const body = 'auth0.users.updateAppMetadata(user.user_id, {}).catch(function (error) { callback(new Error("seen: " + error.message)) })'
    assert.equal(deniedOf(await runInside([rule(body)], { updateMetadata })).message, 'seen: Not this one.')
    const byCallback = 'auth0.users.updateAppMetadata(user.user_id, {}, callback)'
    assert.equal(deniedOf(await runInside([rule(byCallback)], { updateMetadata })).message, 'Not this one.')
  })

  test('and one that nobody looks at is a line in the log', async () => {
    const updateMetadata = () => Promise.reject(new Error('Not this one.'))
    const body = 'auth0.users.updateAppMetadata(user.user_id, {}); setImmediate(callback)'
    const result = await runInside([rule(body)], { updateMetadata })
    passedOf(result)
    assert.deepEqual(linesOf(result), ['notice: metadata was not changed: Not this one.'])
  })

  test('what is sent is what there was when it was said', async () => {
    let sent: unknown
    const body = 'var patch = { a: 1 }; auth0.users.updateAppMetadata(user.user_id, patch).then(function () { callback() }); patch.a = 2'
    const updateMetadata = async (_kind: string, _id: string, patch: unknown) => {
      sent = patch
      return {}
    }
    passedOf(await runInside([rule(body)], { updateMetadata }))
    assert.deepEqual(sent, { a: 1 })
  })

  test('metadata is an object', async () => {
    const body = 'auth0.users.updateAppMetadata(user.user_id, "text").catch(callback)'
    assert.equal(deniedOf(await runInside([rule(body)])).message, 'metadata is an object')
  })
})
