import { createHash } from 'node:crypto'

export type HeaderMap = Readonly<Record<string, string>>

/** What a page may do besides showing itself; each page gets no more than it needs. */
export type Policy =
  /** No script; forms only to ourselves. */
  | 'page'
  /** Like `page`, and tells us (nobody else) where its form came from. */
  | 'form'
  /** Runs the scripts it is served with, and may ask us how things go. */
  | 'live'
  /** Posts itself to a relying party. Chromium holds `form-action` against every redirect after a post, so there is none. */
  | 'post-form'
  /** Not a page. */
  | 'document'

const NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
const LOOKS = "style-src 'self'; img-src 'self' data:"

/** A source for one inline script or style: nothing but these exact bytes counts. */
export const inlineSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The headers of every answer, prepared once. */
export const securityHeaders = (options: {
  readonly publicUrl: URL
  /** Paths of the scripts a live page may run. */
  readonly scripts: readonly string[]
  /** The one inline script and style of the page that posts itself. */
  readonly postForm: { readonly script: string; readonly style: string }
}) => {
  const everywhere: HeaderMap = {
    'x-content-type-options': 'nosniff',
    // Services open the sign-in in a window and wait for it to come back. Any other policy, on any answer of the way, cuts
    // that window off from them: they see it closed, and take it for a change of mind. Nothing of ours is there to be seen
    // through such a window: no frames, no script that listens, and nothing that answers an opener.
    'cross-origin-opener-policy': 'unsafe-none',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'content-security-policy': NOTHING,
    ...(options.publicUrl.protocol === 'https:' && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  }
  const own = options.scripts.map((path) => new URL(path, options.publicUrl).href).join(' ')
  const typed = "require-trusted-types-for 'script'; trusted-types 'none'"
  const policies: Readonly<Record<Policy, string>> = {
    page: `${NOTHING}; ${LOOKS}; form-action 'self'; ${typed}`,
    form: `${NOTHING}; ${LOOKS}; form-action 'self'; script-src ${own}; ${typed}`,
    live: `${NOTHING}; ${LOOKS}; form-action 'self'; script-src ${own}; connect-src 'self'; ${typed}`,
    'post-form': `${NOTHING}; img-src data:; style-src ${inlineSource(options.postForm.style)}; script-src ${inlineSource(options.postForm.script)}; ${typed}`,
    document: NOTHING,
  }
  return { everywhere, policies }
}

export type SecurityHeaders = ReturnType<typeof securityHeaders>
