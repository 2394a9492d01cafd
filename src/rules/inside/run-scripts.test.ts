import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scriptOf } from '../../../test/support/rule-jobs.ts'
import { deniedOf, linesOf, passedOf, rule, runInside } from '../../../test/support/run-inside.ts'

const PASSES = rule('callback(null, user, context)')

describe('what a rule says first counts (A6)', () => {
  test('it goes on with what the rule changed, deletions included', async () => {
    const result = await runInside([rule('user.seen = true; delete user.email; callback(null, user, context)'), PASSES])
    assert.deepEqual(passedOf(result).user, { user_id: 'auth0|1', seen: true })
    assert.deepEqual(linesOf(result), [])
  })

  for (const call of ['callback()', 'callback(null)', 'callback(undefined, undefined)', 'callback(null, user)'])
    test(`${call} keeps what there was`, async () => {
      const result = await runInside([rule(`user.seen = 1; context.seen = 2; ${call}`)])
      const { user, context } = passedOf(result)
      assert.deepEqual([user['seen'], context['seen']], [1, 2])
      assert.deepEqual(linesOf(result), [])
    })

  test('a callback called twice: the first call counts, and the log says so once', async () => {
    const body = 'callback(null, user, context); callback(new Error("too late")); callback(null, { user_id: "somebody else" })'
    const result = await runInside([rule(body), rule('setImmediate(callback)')])
    assert.equal(passedOf(result).user['user_id'], 'auth0|1')
    assert.deepEqual(linesOf(result), ['notice: callback was called again; the first call counts'])
  })

  test('a callback in a promise chain and another one at the end', async () => {
    const body = `
      auth0.users.updateAppMetadata(user.user_id, { consent: true }).then(function () { callback(null, user, context) })
      callback(null, user, context)`
    passedOf(await runInside([rule(body), rule('setTimeout(callback, 5)')]))
  })

  test('no callback at all: its time ends, it is named, and nothing after it runs', async () => {
    const result = await runInside([PASSES, rule('context.sent = true'), rule('console.log("must not run"); callback()')], { budgetMs: 20 })
    assert.deepEqual(result.kind === 'failed' && [result.why, result.rule], ['timeout', 'rul_2'])
    assert.deepEqual(linesOf(result), ['notice: it had not come to an end when the 20 ms of all rules together were over'])
    assert.deepEqual(
      result.timings.map((timing) => timing.rule),
      ['rul_1', 'rul_2'],
    )
  })

  test('a callback after its time is up makes nothing go on', async () => {
    let entered = 0
    let late = (): void => undefined
    const called = new Promise<void>((resolve) => {
      late = resolve
    })
    const result = await runInside([rule('auth0.users.updateUserMetadata(user.user_id, {}).then(function () { callback() })'), PASSES], {
      budgetMs: 5,
      entered: () => {
        entered += 1
      },
      updateMetadata: () => called.then(() => ({})),
    })
    late()
    await new Promise(setImmediate)
    assert.equal(result.kind, 'failed')
    assert.equal(entered, 1)
  })

  test('all rules have one budget together', async () => {
    const waits = rule('setTimeout(callback, 15)')
    const result = await runInside([waits, waits, waits, waits, waits, waits], { budgetMs: 40 })
    assert.equal(result.kind, 'failed')
  })

  test('a throw', async () => {
    const result = await runInside([rule('\nvar name = user.email_address.split("@")'), PASSES])
    const message = "Cannot read properties of undefined (reading 'split')"
    assert.deepEqual(deniedOf(result), { rule: 'rul_1', name: 'TypeError', message, isRefusal: false })
    assert.deepEqual(linesOf(result), [`notice: TypeError in line 3: ${message}`])
  })

  const hostile = 'const hostile = new Proxy({}, { get() { throw hostile }, getPrototypeOf() { throw hostile } });'
  for (const [how, script] of Object.entries({
    'thrown by a rule': rule(`${hostile} throw hostile`),
    'called back with': rule(`${hostile} callback(hostile)`),
    'thrown by an async rule': `async function (user, context, callback) { ${hostile} throw hostile }`,
    'the context of a callback': rule(`${hostile} callback(null, user, new Proxy({}, { get() { throw hostile } }))`),
    'the stack of an error': rule(
      'const error = new Error("an error that cannot be shown"); Object.defineProperty(error, "stack", { get() { throw error } }); throw error',
    ),
  }))
    test(`an error that throws at whoever looks at it is an error at once: ${how}`, async () => {
      const result = await runInside([script, rule('context.sent = true')], { budgetMs: 60_000 })
      assert.deepEqual(deniedOf(result), { rule: 'rul_1', name: 'Error', message: 'an error that cannot be shown', isRefusal: false })
    })

  test('a throw after the callback does not undo it', async () => {
    const result = await runInside([rule('callback(null, user, context); throw new Error("too late")')])
    passedOf(result)
    assert.deepEqual(linesOf(result), ['notice: it failed after its callback: too late'])
  })

  test('a rejected async rule counts as a throw, and what it returns counts for nothing', async () => {
    const rejects = 'async function (user, context, callback) { await null; throw new RangeError("no") }'
    assert.deepEqual(deniedOf(await runInside([rejects])), { rule: 'rul_1', name: 'RangeError', message: 'no', isRefusal: false })
    const returns = 'async function (user, context, callback) { callback(null, user, context); return { user_id: "somebody else" } }'
    assert.equal(passedOf(await runInside([returns])).user['user_id'], 'auth0|1')
    const onlyReturns = 'async function (user, context, callback) { return user }'
    assert.equal((await runInside([onlyReturns], { budgetMs: 10 })).kind, 'failed')
  })

  test('a throw later is the rule’s in whose name it happened, whatever runs by then', async () => {
    let take: ((error: unknown, script: number, isPromise: boolean) => boolean) | undefined
    const running = runInside([PASSES, rule('console.log("waits")')], {
      budgetMs: 5_000,
      strays: (given) => {
        take = given
      },
    })
    await new Promise(setImmediate)
    assert.equal(take?.(new Error('a promise'), 0, true), true)
    assert.equal(take?.(new Error('later'), 0, false), false)
    const result = await running
    assert.deepEqual(deniedOf(result), { rule: 'rul_1', name: 'Error', message: 'later', isRefusal: false })
    assert.deepEqual(linesOf(result), ['log: waits', 'notice: a promise was rejected and nobody looked: a promise'])
  })

  test('process.exit ends nothing', async () => {
    assert.match(deniedOf(await runInside([rule('process.exit(0)')])).message, /process\.exit is not available/)
    assert.match(deniedOf(await runInside([rule('require("process").exit(0)')])).message, /process\.exit is not available/)
  })

  test('a log without end is cut', async () => {
    const result = await runInside([rule('for (var i = 0; i < 20000; i += 1) console.log("x".repeat(5000)); callback()')])
    passedOf(result)
    assert.ok(JSON.stringify(result.console).length < 100_000)
    assert.deepEqual(result.console.at(-1), { rule: 'rul_1', level: 'notice', text: 'more was said, and is not kept' })
    assert.ok(result.console.every(({ text }) => text.length <= 1_000))
  })
})

describe('errors', () => {
  test('an UnauthorizedError is a refusal, with its sentence', async () => {
    for (const make of ['new UnauthorizedError("Members only.")', 'UnauthorizedError("Members only.")'])
      assert.deepEqual(deniedOf(await runInside([rule(`callback(${make})`)])), {
        rule: 'rul_1',
        name: 'UnauthorizedError',
        message: 'Members only.',
        isRefusal: true,
      })
    assert.equal(deniedOf(await runInside([rule('throw new UnauthorizedError("no")')])).isRefusal, true)
  })

  test('it is an Error, of its own name and kind', async () => {
    const body = `
      var error = new UnauthorizedError('no');
      user.facts = [error instanceof Error, error instanceof UnauthorizedError, error.name, String(error), typeof error.stack];
      user.others = [new ValidationError('code', 'text').code, new WrongUsernameOrPasswordError('ann').message];
      callback(null, user, context)`
    const { user } = passedOf(await runInside([rule(body)]))
    assert.deepEqual(user['facts'], [true, true, 'UnauthorizedError', 'UnauthorizedError: no', 'string'])
    assert.deepEqual(user['others'], ['code', 'ann'])
  })

  for (const [what, code, expected] of [
    ['a text', "callback('Access denied')", { name: 'Error', message: 'Access denied' }],
    ['an error made without new', "callback(Error('no'))", { name: 'Error', message: 'no' }],
    ['an object with a message', "callback({ name: 'StatusCodeError', message: '404' })", { name: 'StatusCodeError', message: '404' }],
    ['an object with nothing', 'callback({})', { name: 'Error', message: 'something that is no error' }],
    ['a number', 'callback(403)', { name: 'Error', message: '403' }],
    [
      'an error that cannot be looked at',
      'callback({ get message() { throw 1 } })',
      { name: 'Error', message: 'an error that cannot be shown' },
    ],
    ['a thrown text', "throw 'no'", { name: 'Error', message: 'no' }],
    ['a thrown nothing', 'throw undefined', { name: 'Error', message: 'undefined' }],
  ] as const)
    test(`${what} denies`, async () => {
      assert.deepEqual(deniedOf(await runInside([rule(code)])), { rule: 'rul_1', ...expected, isRefusal: false })
    })

  for (const nothing of ['undefined', 'null', 'false', '0', "''"])
    test(`callback(${nothing}) is no error`, async () => {
      passedOf(await runInside([rule(`callback(${nothing}, user, context)`)]))
    })

  test('of an error nothing is kept but its name and 500 characters, and no secret among them', async () => {
    const body = `
      var error = new Error('key is ' + configuration.API_KEY + ' and ' + auth0.accessToken + ' Bearer abcdefghijklmnop ' + 'x'.repeat(9999));
      error.name = 'StatusCodeError';
      error.options = { headers: { Authorization: 'Bearer ' + auth0.accessToken } };
      console.error(error, error.options);
      console.log('token ' + auth0.accessToken);
      callback(error)`
    const auth0 = { domain: 'usher.example', baseUrl: 'https://usher.example/api/v2', accessToken: 'access-token-of-this-run' }
    const result = await runInside([rule(body)], { auth0, configuration: { API_KEY: 'hunter2hunter2', DOMAIN: 'contoso.example' } })
    const { message } = deniedOf(result)
    assert.ok(message.startsWith('key is [secret] and [secret] Bearer [token] xxx'))
    assert.equal(message.length, 500)
    const all = JSON.stringify(result)
    for (const secret of ['hunter2hunter2', 'access-token-of-this-run', 'abcdefghijklmnop']) assert.ok(!all.includes(secret), secret)
  })

  test('a text that does not compile denies, and says where', async () => {
    const { name, message } = deniedOf(await runInside(['function (user, context, callback) {\n  var x = ;\n}']))
    assert.deepEqual([name, message], ['SyntaxError', "Unexpected token ';' (rul_1.js, line 2, column 11)"])
  })
})

describe('user and context', () => {
  test('another plain object is taken, and the log says so; anything else is not', async () => {
    const takes = await runInside([rule('callback(null, { user_id: "new" }, { fresh: true })'), rule('context.idToken.a = 1; callback()')])
    const { user, context } = passedOf(takes)
    assert.deepEqual(user, { user_id: 'new' })
    assert.deepEqual(context, { fresh: true, idToken: { a: 1 }, accessToken: {}, samlConfiguration: {} })
    assert.deepEqual(linesOf(takes), [
      'notice: callback was given another user; it is used',
      'notice: callback was given another context; it is used',
    ])
    const keeps = await runInside([rule('callback(null, "somebody", [])')])
    assert.equal(passedOf(keeps).user['user_id'], 'auth0|1')
    assert.equal(linesOf(keeps).length, 2)
  })

  test('idToken, accessToken and samlConfiguration are always there to be written into', async () => {
    const writes = rule(`
      context.idToken['https://contoso.example/role'] = 'guest';
      context.accessToken.scope = ['openid'];
      context.samlConfiguration.mappings = { a: 'b' };
      callback(null, user, context)`)
    const removes = rule('delete context.idToken; context.accessToken = null; callback(null, user, context)')
    const { context } = passedOf(await runInside([writes, removes, rule('context.idToken.again = 1; callback()')]))
    assert.deepEqual(context['idToken'], { again: 1 })
    assert.deepEqual(context['accessToken'], {})
    assert.deepEqual(context['samlConfiguration'], { mappings: { a: 'b' } })
  })

  test('what comes from modules is of the same kind as the rule’s own', async () => {
    const body = `
      var parsed = require('querystring').parse('a=1&a=2').a;
      var failed; try { null.field } catch (error) { failed = error }
      user.facts = [
        parsed instanceof Array, user.groups instanceof Array, failed instanceof TypeError,
        Buffer.from('x') instanceof Uint8Array, require('lodash').keys instanceof Function, Promise.resolve() instanceof Promise
      ];
      callback(null, user, context)`
    const result = await runInside([rule(body)], { user: { user_id: 'auth0|1', groups: [] } })
    assert.deepEqual(passedOf(result).user['facts'], [true, true, true, true, true, true])
  })
})

describe('rules and actions', () => {
  const action = (id: string, body = 'context', more = {}) =>
    scriptOf(`exports.onExecutePostLogin = async (event, api) => { ${body} }`, { id, kind: 'action', ...more })
  const ran = async (scripts: Parameters<typeof runInside>[0], more = {}) => {
    const entered: number[] = []
    const result = await runInside(scripts, { entered: (script) => void entered.push(script), ...more })
    return { result, entered }
  }

  test('whom a rule sends away meets the other rules, and actions once back', async () => {
    const sends = rule('context.redirect = { url: "https://consent.example/" }; callback()')
    const scripts = [sends, PASSES, action('act_1', '')]
    assert.deepEqual((await ran(scripts)).entered, [0, 1])
    assert.deepEqual((await ran(scripts, { context: { protocol: 'redirect-callback' } })).entered, [0, 1, 2])
  })

  test('whoever comes back to an action does not meet what ran before it', async () => {
    const back = scriptOf('exports.onContinuePostLogin = async () => {}', { id: 'act_2', kind: 'action' })
    const { entered } = await ran([rule('throw new Error("must not run")'), action('act_1', 'throw new Error("nor this")'), back], {
      continueAt: 'act_2',
    })
    assert.deepEqual(entered, [2])
  })

  test('each has its time, in the order they ran', async () => {
    const { result } = await ran([PASSES, PASSES])
    assert.deepEqual(
      result.timings.map(({ rule: id, ms }) => [id, ms >= 0]),
      [
        ['rul_1', true],
        ['rul_2', true],
      ],
    )
  })
})
