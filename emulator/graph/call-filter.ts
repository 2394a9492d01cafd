/** A call that is let through. `{…}` in the path stands for one segment; the version in front may be left out. */
export interface AllowedCall {
  readonly method: string
  readonly path: string
}

const patternOf = (path: string): RegExp => {
  const segments = path.replace(/^\/v1\.0(?=\/)/, '').split('/')
  const parts = segments.map((segment) => (/^\{.*\}$/.test(segment) ? '[^/]+' : RegExp.escape(segment)))
  return new RegExp(`^/v1\\.0${parts.join('/')}$`)
}

/** Says whether a call is on the list. Without a list, every call is. */
export const createCallFilter = (allowed: readonly AllowedCall[] | undefined): ((method: string, path: string) => boolean) => {
  if (allowed === undefined) return () => true
  const rows = allowed.map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  return (method, path) => rows.some((row) => row.method === method && row.pattern.test(path))
}
