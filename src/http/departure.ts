import { UsherError } from '#kernel/errors.ts'
import type { Page } from '#kernel/page.ts'
import type { Answer } from '#kernel/visit.ts'
import type { Route } from './routes.ts'

/** How an answer leaves, once what browsers make of redirects after posts is taken into account. */
export type Departure =
  | { readonly kind: 'page'; readonly status: number; readonly page: Page; readonly challenge?: 'Negotiate' }
  | { readonly kind: 'redirect'; readonly status: 302 | 303; readonly location: string }
  /** A page that goes on by itself, with a link. */
  | { readonly kind: 'onward'; readonly location: string }
  | {
      readonly kind: 'post-form'
      readonly action: string
      readonly fields: Readonly<Record<string, string>>
      readonly isDeparture?: true
    }
  | { readonly kind: 'document'; readonly status: number; readonly type: string; readonly body: string }
  | { readonly kind: 'progress'; readonly transaction: string }

/**
 * Chromium holds a page's `form-action` against every redirect that follows its post. So a post is answered with a page
 * or with a 303 to ourselves, and where such a 303 may have led, a redirect becomes a page that goes on by itself.
 * Throws `internal_error` for an answer that would leave our origin straight after a post.
 */
export const departureOf = (answer: Answer, route: From, publicUrl: URL): Departure => {
  switch (answer.kind) {
    case 'page':
    case 'document':
      return answer
    case 'post-form':
      if (route.method === 'POST') throw defect('post-form', route)
      return { ...answer, action: outward(answer.action, publicUrl).href }
    case 'redirect':
      return redirect(outward(answer.location, publicUrl), route, publicUrl)
    case 'wait':
      return wait(answer.transaction, route)
  }
}

type From = Pick<Route, 'method' | 'path' | 'kind' | 'followsPost'>

const redirect = (location: URL, route: From, publicUrl: URL): Departure => {
  const isOurs = location.origin === publicUrl.origin
  if (route.followsPost || (route.kind === 'message' && !isOurs)) return { kind: 'onward', location: location.href }
  if (route.method === 'GET') return { kind: 'redirect', status: 302, location: location.href }
  if (!isOurs) throw defect('redirect', route)
  return { kind: 'redirect', status: 303, location: location.href }
}

/** Progress is watched at an address that can be opened again: not where a message or a form just came in. */
const wait = (transaction: string, route: From): Departure => {
  if (route.method === 'GET' && route.path.startsWith('/sign-in/')) return { kind: 'progress', transaction }
  const location = `/sign-in/${encodeURIComponent(transaction)}/next`
  return { kind: 'redirect', status: route.method === 'POST' ? 303 : 302, location }
}

const outward = (address: string, publicUrl: URL): URL => {
  const url = URL.parse(address, publicUrl)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new UsherError('internal_error', { detail: { reason: 'an answer leads nowhere' } })
  }
  return url
}

const defect = (kind: string, route: From): UsherError =>
  new UsherError('internal_error', { detail: { reason: `${kind} in answer to a post`, route: route.path } })
