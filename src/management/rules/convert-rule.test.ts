import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GATE, GREETING } from '../../../test/import/exports.ts'
import { convertRule } from './convert-rule.ts'
import { parseScript } from './parse-script.ts'

const body = (lines: string): string =>
  convertRule(`function (user, context, callback) {\n${lines}\n}`).code.split('\n').slice(1, -2).join('\n')
const open = (lines: string): readonly string[] =>
  convertRule(`function (user, context, callback) {\n${lines}\n}`).open.map(({ line, text }) => `${line}: ${text}`)

test('a rule that only decides becomes an action with nothing left open', () => {
  const { code, open: left, modules } = convertRule(GATE)
  assert.deepEqual(left, [])
  assert.deepEqual(modules, ['lodash'])
  assert.equal(
    code,
    `exports.onExecutePostLogin = async (event, api) => {
  const { PARTNER_DOMAIN, MOTTO: motto = 'none' } = event.secrets;
  const _ = require('lodash');
  if (event.client.client_id !== event.secrets['AUTH0_OFFICE365_CLIENT_ID']) return;
  if (!_.endsWith(event.user.email, '@' + PARTNER_DOMAIN)) return api.access.deny('Partners only');
  api.idToken.setCustomClaim('https://contoso.example/motto', motto);
  return;
};
`,
  )
})

for (const [rule, action] of [
  ['callback(null, user, context);', 'return;'],
  ['return callback();', 'return;'],
  ["callback('No');", "return api.access.deny('No');"],
  ['callback(new Error(message));', 'throw new Error(message);'],
  ['user.app_metadata = user.app_metadata || {};', ''],
  ['user.app_metadata.seen = true;', "api.user.setAppMetadata('seen', true);"],
  ['auth0.users.updateAppMetadata(user.user_id, user.app_metadata);', 'Promise.resolve();'],
  [
    'auth0.users.updateUserMetadata(user.user_id, { color: user.c });',
    "Promise.resolve([api.user.setUserMetadata('color', event.user.c)]);",
  ],
  ['context.primaryUser = other;', 'api.authentication.setPrimaryUser(other);'],
  ["context.samlConfiguration.audience = 'x';", "api.samlResponse.setAudience('x');"],
  ['context.accessToken[name] = 1;', 'api.accessToken.setCustomClaim(name, 1);'],
  ['var x = context.stats.loginsCount + context.request.query.length;', 'var x = event.stats.logins_count + event.request.query.length;'],
  [
    "var a = (configuration.A || '').split((context.connection || '').x);",
    "var a = (event.secrets.A || '').split((event.connection.name || '').x);",
  ],
  ["require('@auth0/rule-utilities@0.1.0');", "require('@auth0/rule-utilities');"],
  ['var o = { user: user.name, context: 1 }; o.user;', 'var o = { user: event.user.name, context: 1 }; o.user;'],
] as const)
  test(`${rule} → ${action || 'nothing'}`, () => {
    assert.equal(body(rule), action)
    assert.deepEqual(open(rule), [])
  })

for (const [rule, says] of [
  ['later(callback);', /an action has no callback/],
  ['later(function () { callback(null, user, context); });', /called back from inside another function/],
  ['callback(null, other, context);', /handed on other objects/],
  ['context.redirect = { url: x };', /goes on in onContinuePostLogin/],
  ["context.samlConfiguration.wctx = 'x';", /api.samlResponse has nothing for wctx/],
  ['fetch(auth0.baseUrl);', /actions have no auth0\.baseUrl/],
  ['global.cache = 1;', /api\.cache/],
  ["auth0.users.updateAppMetadata('auth0|other', {});", /only write to the user who is signing in/],
  ['user.nickname = 1;', /cannot change the user/],
  ['x = context.sessionID;', /actions have no context\.sessionID/],
] as const)
  test(`what an action cannot do is marked: ${rule}`, () => {
    assert.match(open(rule).join('\n'), says)
    assert.match(open(rule).join('\n'), /^2: /)
    assert.match(body(rule), /TODO/)
  })

test('whatever comes out can be understood as an action', () => {
  for (const rule of [GREETING, GATE]) assert.ok('root' in parseScript(convertRule(rule).code, 'action'))
})

test('what is no rule is refused with its place', () => {
  assert.throws(() => convertRule('function (user, context, callback) {'), /line 1, column 37/)
  assert.throws(() => convertRule('() => 1'), /a rule takes user, context and callback/)
})
