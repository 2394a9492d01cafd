import type { Pen } from './conversion-terms.ts'
import { isA, isNode, keyOf, type Loose, pathOf } from './syntax.ts'

interface Written {
  readonly node: Loose
  readonly target: Loose
  readonly value: Loose
  readonly depth: number
}

/** `context.… = …;` and `user.… = …;` as statements: in actions the api does what an assignment did. */
export const assignment = (node: Loose, depth: number, pen: Pen): string | undefined => {
  const expression = node.type === 'ExpressionStatement' ? node['expression'] : undefined
  if (!isA(expression, 'AssignmentExpression') || expression['operator'] !== '=') return undefined
  const { left: target, right: value } = expression
  if (!isA(target, 'MemberExpression') || !isNode(value)) return undefined
  const written: Written = { node, target, value, depth }
  return ofContext(written, pen) ?? ofUser(written, pen)
}

const ofContext = (written: Written, pen: Pen): string | undefined => {
  const { target, value, node, depth } = written
  const holder = pathOf(target['object'])
  if (holder?.[0] !== pen.terms.context) return undefined
  const key = keyOf(target)
  if (holder.length === 2) return member(String(holder[1]), written, pen)
  switch (key) {
    case 'multifactor':
      return `${pen.todo(node, 'the factor a rule asked for is written otherwise in actions')}api.multifactor.enable('any');`
    case 'primaryUser':
      return `api.authentication.setPrimaryUser(${pen.emit(value, depth)});`
    case 'redirect':
      return redirect(written, pen)
    case 'idToken':
    case 'accessToken':
      return isOwnDefault(target, value, pen) ? '' : undefined
    default:
      return undefined
  }
}

/** `x.y = x.y || {}`: never needed in actions. */
const isOwnDefault = (target: Loose, value: Loose, { terms: { script } }: Pen): boolean => {
  const { left, right, operator } = value
  const isSame = isNode(left) && script.slice(left.start, left.end) === script.slice(target.start, target.end)
  return value.type === 'LogicalExpression' && operator === '||' && isSame && isA(right, 'ObjectExpression')
}

const redirect = ({ node, value, depth }: Written, pen: Pen): string => {
  const properties = isA(value, 'ObjectExpression') && Array.isArray(value['properties']) ? value['properties'].filter(isNode) : []
  const url = properties.find((one) => keyOf(one) === 'url')?.['value']
  const note = pen.todo(node, 'an action stops here and goes on in onContinuePostLogin; rules ran to their end and began again')
  return `${note}api.redirect.sendUserTo(${isNode(url) ? pen.emit(url, depth) : `(${pen.emit(value, depth)}).url`});`
}

const WITHOUT_SETTER = new Set(['logout', 'binding', 'wctx'])

/** `context.idToken[k] = v`, `context.samlConfiguration.k = v`. */
const member = (holder: string, { node, target, value, depth }: Written, pen: Pen): string | undefined => {
  const key = keyOf(target)
  const text = pen.emit(value, depth)
  if (holder === 'idToken' || holder === 'accessToken') {
    if (key === 'scope') return `${pen.todo(node, 'scopes: api.accessToken.addScope and removeScope, one at a time')}${sourceOf(node, pen)}`
    return `api.${holder}.setCustomClaim(${claimName(target, depth, pen)}, ${text});`
  }
  if (holder !== 'samlConfiguration') return undefined
  if (key === undefined || WITHOUT_SETTER.has(key))
    return `${pen.todo(node, `api.samlResponse has nothing for ${key ?? 'a name only known when it runs'}`)}${sourceOf(node, pen)}`
  if (key === 'mappings')
    return `${pen.todo(node, 'mappings named where a value is found; api.samlResponse.setAttribute takes the value')}${sourceOf(node, pen)}`
  return `api.samlResponse.set${key.charAt(0).toUpperCase()}${key.slice(1)}(${text});`
}

const sourceOf = ({ start, end }: Loose, { terms: { script } }: Pen): string => `/* ${script.slice(start, end).replaceAll('*/', '* /')} */`

const claimName = (target: Loose, depth: number, pen: Pen): string => {
  const key = target['property']
  if (target['computed'] === true && isNode(key)) return pen.emit(key, depth)
  return `'${keyOf(target)}'`
}

const KINDS: Readonly<Record<string, string>> = { app_metadata: 'setAppMetadata', user_metadata: 'setUserMetadata' }

const ofUser = ({ node, target, value, depth }: Written, pen: Pen): string | undefined => {
  const path = pathOf(target)
  const holder = pathOf(target['object'])
  const [user, kind = ''] = holder ?? []
  if (user !== pen.terms.user) return undefined
  const setter = KINDS[kind]
  if (path?.length === 2 && KINDS[String(path[1])] !== undefined && isOwnDefault(target, value, pen)) return ''
  if (holder?.length === 2 && setter !== undefined)
    return `api.user.${setter}(${claimName(target, depth, pen)}, ${pen.emit(value, depth)});`
  return `${pen.todo(node, 'an action cannot change the user for those after it')}${pen.emit(target, depth)} = ${pen.emit(value, depth)};`
}
