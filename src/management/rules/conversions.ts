import type { Pen } from './conversion-terms.ts'
import { assignment } from './conversions-of-assignments.ts'
import { metadataUpdate } from './conversions-of-metadata.ts'
import { argumentsOf, isA, isName, isNode, type Loose, pathOf, textOf } from './syntax.ts'

type Conversion = (node: Loose, depth: number, pen: Pen) => string | undefined

/** The text a node becomes in an action; undefined when it stays as it is. */
export const rewritten: Conversion = (node, depth, pen) => {
  for (const convert of conversions) {
    const text = convert(node, depth, pen)
    if (text !== undefined) return text
  }
  return undefined
}

/** `callback(…)`, also returned: the action ends. */
const callingBack: Conversion = (node, depth, pen) => {
  const call = node.type === 'ReturnStatement' ? node['argument'] : node.type === 'ExpressionStatement' ? node['expression'] : undefined
  if (!isA(call, 'CallExpression') || !isName(call['callee'], pen.terms.callback)) return undefined
  const inside =
    depth > 0 ? pen.todo(node, 'the rule called back from inside another function: await it, so that the action ends after it') : ''
  const [error, user, context] = argumentsOf(call)
  const isOther = [
    [user, pen.terms.user],
    [context, pen.terms.context],
  ].some(([given, name]) => given !== undefined && !isName(given, String(name)))
  const changed = isOther ? pen.todo(node, 'the rule handed on other objects than it was given') : ''
  return inside + changed + ending(error, depth, pen)
}

const ending = (error: Loose | undefined, depth: number, pen: Pen): string => {
  if (error === undefined || (isA(error, 'Literal') && error['value'] === null) || isName(error, 'undefined')) return 'return;'
  const isRefusal = isA(error, 'NewExpression') && isName(error['callee'], 'UnauthorizedError')
  const [message] = isRefusal ? argumentsOf(error) : []
  if (isRefusal) return `return api.access.deny(${message ? pen.emit(message, depth) : "'Access denied'"});`
  if (textOf(error) !== undefined) return `return api.access.deny(${pen.emit(error, depth)});`
  return `throw ${pen.emit(error, depth)};`
}

/** The callback given to somebody else. */
const callbackElsewhere: Conversion = (node, _depth, pen) =>
  isName(node, pen.terms.callback)
    ? `${pen.todo(node, 'an action has no callback: await, and return or throw')}${pen.terms.callback}`
    : undefined

/** `require('name@1.2.3')`. */
const requiring: Conversion = (node, _depth, pen) => {
  if (!isA(node, 'CallExpression') || !isName(node['callee'], 'require')) return undefined
  const name = textOf(argumentsOf(node)[0])
  if (name === undefined) return undefined
  pen.needs(name)
  return `require('${name.replace(/(.)@[^@/]*$/, '$1')}')`
}

/** What Auth0 calls in actions what it called otherwise in rules; `undefined` is where actions have nothing. */
const CONTEXT: Readonly<Record<string, string | undefined>> = {
  clientID: 'client.client_id',
  clientName: 'client.name',
  clientMetadata: 'client.metadata',
  connection: 'connection.name',
  connectionID: 'connection.id',
  connectionStrategy: 'connection.strategy',
  connectionMetadata: 'connection.metadata',
  connectionOptions: undefined,
  protocol: 'transaction.protocol',
  tenant: 'tenant.id',
  'stats.loginsCount': 'stats.logins_count',
  'request.userAgent': 'request.user_agent',
  'request.ip': 'request.ip',
  'request.hostname': 'request.hostname',
  'request.query': 'request.query',
  'request.body': 'request.body',
  'request.geoip.country_code': 'request.geoip.countryCode',
  riskAssessment: 'authentication.riskAssessment',
  authorization: 'authorization',
  authentication: 'authentication',
  organization: 'organization',
  locale: 'transaction.locale',
  'authorization.roles': 'authorization.roles',
  'authentication.methods': 'authentication.methods',
}

/** Anything read of the context. */
const contextRead: Conversion = (node, _depth, pen) => {
  const path = node.type === 'MemberExpression' ? pathOf(node) : undefined
  if (path?.[0] !== pen.terms.context) return undefined
  const name = path.slice(1).join('.')
  const known = CONTEXT[name]
  if (known !== undefined) return `event.${known}`
  // A longer way through a known place: its end is written by whoever asked for the part before it.
  const isBelowKnown = path.length > 2 && CONTEXT[path.slice(1, -1).join('.')] !== undefined
  if (isBelowKnown) return undefined
  return `${pen.todo(node, `actions have no context.${name}`)}event.${name}`
}

/** Bare names: the user, the configuration, what actions do not have. */
const names: Conversion = (node, _depth, pen) => {
  if (isName(node, pen.terms.user)) return 'event.user'
  if (isName(node, 'configuration')) return 'event.secrets'
  if (isName(node, pen.terms.context)) return `${pen.todo(node, 'the context as a whole: actions have event and api')}event`
  if (isName(node, 'global')) return `${pen.todo(node, 'what is shared between runs belongs to the module, or to api.cache')}global`
  return undefined
}

/** `auth0.…`. */
const tenantApi: Conversion = (node, _depth, pen) => {
  const path = node.type === 'MemberExpression' ? pathOf(node) : undefined
  if (path?.[0] !== 'auth0') return undefined
  return `${pen.todo(node, `actions have no ${path.join('.')}: use credentials of your own`)}${path.join('.')}`
}

/** A property's key, a member's name or a label is no variable, whatever it is called. */
const fixedNames: Conversion = (node, depth, pen) => {
  const { script } = pen.terms
  if (node.type === 'MemberExpression' && node['computed'] !== true && isNode(node['object']) && isNode(node['property']))
    return script.slice(node.start, node['object'].start) + pen.emit(node['object'], depth) + script.slice(node['object'].end, node.end)
  if (node.type !== 'Property' || node['computed'] === true || !isNode(node['key']) || !isNode(node['value'])) return undefined
  if (node['shorthand'] === true && isName(node['value'], String(pen.terms.user))) return `${pen.terms.user}: event.user`
  return node['shorthand'] === true ? undefined : script.slice(node.start, node['value'].start) + pen.emit(node['value'], depth)
}

const conversions: readonly Conversion[] = [
  callingBack,
  assignment,
  metadataUpdate,
  requiring,
  contextRead,
  tenantApi,
  fixedNames,
  callbackElsewhere,
  names,
]
