import { UsherError } from '#kernel/errors.ts'

const KNOWN_SITES = ['same-origin', 'same-site', 'cross-site', 'none'] as const

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
  if (!isOwn || contradicts)
    throw new UsherError('origin_refused', { detail: { fetchSite: KNOWN_SITES.find((one) => one === fetchSite) ?? 'other' } })
}

/**
 * A browser that only expects a person to open a page (`Sec-Purpose`, Fetch Standard) must not spend on it
 * what counts once. Throws `speculation_refused`; the browser asks again when the person really comes.
 */
export const assertWanted = (purpose: string | undefined): void => {
  if (purpose !== undefined && /^\s*prefetch\b/i.test(purpose)) throw new UsherError('speculation_refused')
}
