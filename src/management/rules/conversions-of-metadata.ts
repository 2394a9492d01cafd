import type { Pen } from './conversion-terms.ts'
import { argumentsOf, isA, isNode, keyOf, type Loose, pathOf } from './syntax.ts'

const SETTERS: Readonly<Record<string, readonly [setter: string, metadata: string]>> = {
  updateAppMetadata: ['setAppMetadata', 'app_metadata'],
  updateUserMetadata: ['setUserMetadata', 'user_metadata'],
}

/** `auth0.users.updateAppMetadata(user.user_id, …)`: in actions each key is set, and stored at the end. */
export const metadataUpdate = (node: Loose, depth: number, pen: Pen): string | undefined => {
  const path = isA(node, 'CallExpression') ? pathOf(node['callee']) : undefined
  if (path?.length !== 3 || path[0] !== 'auth0' || path[1] !== 'users') return undefined
  const found = SETTERS[String(path[2])]
  if (!found) return undefined
  const [setter, metadata] = found
  const [who, patch] = argumentsOf(node)
  const note = isCurrentUser(who, pen) ? '' : pen.todo(node, 'an action can only write to the user who is signing in')
  return `${note}Promise.resolve(${settings(patch, { setter, metadata, depth, pen })})`
}

const isCurrentUser = (who: Loose | undefined, { terms }: Pen): boolean => pathOf(who)?.join('.') === `${terms.user}.user_id`

interface Writing {
  readonly setter: string
  readonly metadata: string
  readonly depth: number
  readonly pen: Pen
}

const settings = (patch: Loose | undefined, { setter, metadata, depth, pen }: Writing): string => {
  // What was assigned to it before has become calls of its own.
  if (pathOf(patch)?.join('.') === `${pen.terms.user}.${metadata}`) return ''
  if (patch && isA(patch, 'ObjectExpression') && Array.isArray(patch['properties'])) {
    const calls = patch['properties'].filter(isNode).map((one) => call(one, { setter, metadata, depth, pen }))
    return `[${calls.join(', ')}]`
  }
  if (patch === undefined) return ''
  return `Object.entries(${pen.emit(patch, depth)}).forEach(([key, value]) => api.user.${setter}(key, value))`
}

const call = (property: Loose, { setter, depth, pen }: Writing): string => {
  const key = keyOf(property)
  const value = property['value']
  if (key === undefined || !isNode(value)) return pen.todo(property, 'a key that is only known when it runs')
  return `api.user.${setter}('${key}', ${pen.emit(value, depth)})`
}
