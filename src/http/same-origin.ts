import { UsherError } from '#kernel/errors.ts'

/** What a browser says about where a request came from. */
export interface Provenance {
  readonly fetchSite: string | undefined
  readonly origin: string | undefined
}

/**
 * Lets only our own pages change something here. `Sec-Fetch-Site` decides where a browser sends it; older browsers send
 * `Origin` with every post; a request that has neither was not made by a page of ours. Throws `origin_refused`.
 */
export const assertSameOrigin = ({ fetchSite, origin }: Provenance, ownOrigin: string): void => {
  const isOwn = fetchSite === undefined ? origin === ownOrigin : fetchSite === 'same-origin'
  // A browser that says "same origin" may withhold the origin itself, but not name another.
  const contradicts = origin !== undefined && origin !== 'null' && origin !== ownOrigin
  if (!isOwn || contradicts) throw new UsherError('origin_refused', { detail: { fetchSite: fetchSite?.slice(0, 20) } })
}
