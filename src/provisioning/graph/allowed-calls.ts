export interface AllowedCall {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Below `/v1.0`; `{id}` stands for one segment. */
  readonly path: string
}

/** Every call Usher may make to Microsoft Graph while it runs. Nothing deletes, and nothing touches domains or roles. */
export const allowedCalls: readonly AllowedCall[] = [
  { method: 'GET', path: '/subscribedSkus' },
  { method: 'GET', path: '/users' },
  { method: 'GET', path: '/users/{id}' },
  { method: 'POST', path: '/users' },
  { method: 'PATCH', path: '/users/{id}' },
  { method: 'POST', path: '/users/{id}/assignLicense' },
  { method: 'GET', path: '/directory/deletedItems/microsoft.graph.user' },
  { method: 'POST', path: '/directory/deletedItems/{id}/restore' },
]

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('{id}', '[^/?#]+')}$`)

const patterns = allowedCalls.map(({ method, path }) => ({ method, path, pattern: patternOf(path) }))

const hasDots = (path: string): boolean => path.split('/').some((segment) => segment === '.' || segment === '..')

/**
 * The row of the list that a call belongs to, as its path without ids; undefined when it is on none. `path` is
 * percent-encoded, below `/v1.0` and without its query.
 */
export const allowedRoute = (method: string, path: string): string | undefined =>
  hasDots(path) ? undefined : patterns.find((call) => call.method === method && call.pattern.test(path))?.path
