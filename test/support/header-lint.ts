/** A response as any client hands it over. */
export interface LintedResponse {
  readonly url: string
  readonly status: number
  readonly headers: Headers
}

type Rule = (response: LintedResponse) => readonly (string | false)[]

const EXACT = {
  'x-content-type-options': 'nosniff',
  // Anything else breaks sign-ins that a service opens in a window of its own.
  'cross-origin-opener-policy': 'unsafe-none',
  'cross-origin-resource-policy': 'same-origin',
} as const

const LONGEST_COOKIE = 4_096

/** What is wrong with the headers, cookies and policy of one answer of Usher's; nothing when all is well. */
export const lintHeaders = (response: LintedResponse): readonly string[] =>
  rules.flatMap((rule) => rule(response)).filter((finding) => finding !== false)

const present: Rule = ({ headers, url }) => [
  ...Object.entries(EXACT).map(([name, value]) => headers.get(name) !== value && `${name} is not ${value}`),
  !['no-referrer', 'same-origin'].includes(headers.get('referrer-policy') ?? '') && 'referrer-policy leaks',
  !headers.has('permissions-policy') && 'permissions-policy is missing',
  new URL(url).protocol === 'https:' &&
    !/max-age=\d{8,}/.test(headers.get('strict-transport-security') ?? '') &&
    'strict-transport-security is weak',
]

const absent: Rule = ({ headers }) =>
  ['server', 'x-powered-by', 'access-control-allow-origin'].map((name) => headers.has(name) && `${name} is sent`)

const caching: Rule = ({ headers, url, status }) => {
  const cache = headers.get('cache-control') ?? ''
  const { pathname } = new URL(url)
  if (status === 200 && pathname.startsWith('/static/')) return [!cache.includes('immutable') && 'a file with a hash is not kept']
  const isMetadata = status === 200 && /xml/.test(headers.get('content-type') ?? '')
  if (isMetadata) return [!/no-store|max-age=\d{1,4}\b/.test(cache) && 'metadata is kept too long']
  return [cache !== 'no-store' && 'cache-control is not no-store']
}

const cookies: Rule = ({ headers, url }) => {
  const isSecure = new URL(url).protocol === 'https:'
  return headers.getSetCookie().flatMap((cookie) => {
    const name = cookie.slice(0, cookie.indexOf('='))
    return [
      !/; HttpOnly/i.test(cookie) && `${name} is readable by script`,
      !/; SameSite=(Lax|Strict|None)/i.test(cookie) && `${name} does not say SameSite`,
      !/; Path=\/(;|$)/i.test(cookie) && `${name} is not for /`,
      /; Domain=/i.test(cookie) && `${name} is shared with other hosts`,
      /SameSite=None/i.test(cookie) && !/; Secure/i.test(cookie) && `${name} is SameSite=None without Secure`,
      /SameSite=None/i.test(cookie) && /session/.test(name) && `${name} comes along with cross-site posts`,
      isSecure && !(name.startsWith('__Host-') && /; Secure/i.test(cookie)) && `${name} is not bound to the host`,
      cookie.length > LONGEST_COOKIE && `${name} is too long`,
    ]
  })
}

const policy: Rule = ({ headers }) => {
  const directives = parsePolicy(headers.get('content-security-policy') ?? '')
  const scripts = directives.get('script-src') ?? []
  const isHtml = (headers.get('content-type') ?? '').startsWith('text/html')
  return [
    directives.get('default-src')?.join(' ') !== "'none'" && "default-src is not 'none'",
    directives.get('base-uri')?.join(' ') !== "'none'" && "base-uri is not 'none'",
    directives.get('frame-ancestors')?.join(' ') !== "'none'" && 'the page may be framed',
    isHtml && directives.get('require-trusted-types-for')?.join(' ') !== "'script'" && 'trusted types are not required',
    isHtml && !headers.get('content-type')?.includes('charset=utf-8') && 'the page does not say its charset',
    scripts.some((source) => !/^('sha256-[\w+/]+=*'|https?:\/\/\S+\/static\/\S+\.js)$/.test(source)) &&
      'scripts may come from too many places',
    [...directives].some(([, sources]) => sources.some((source) => /unsafe|\*/.test(source))) && 'the policy has a hole',
    ...forms(directives, scripts),
  ]
}

/** Only a page that posts itself, and runs nothing but the script that does it, may leave `form-action` out. */
const forms = (directives: ReadonlyMap<string, readonly string[]>, scripts: readonly string[]): readonly (string | false)[] => {
  const action = directives.get('form-action')
  if (action) return [action.join(' ') !== "'self'" && "form-action is not 'self'"]
  const postsItself = scripts.length === 1 && scripts[0]?.startsWith("'sha256-") === true
  const showsNothing = !directives.has('style-src')
  return [!postsItself && !showsNothing && 'form-action is missing']
}

const parsePolicy = (text: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    text
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .map(([name, ...sources]) => [name ?? '', sources]),
  )

/** No redirect after a post may leave the origin it was posted to, and none may be repeated with its body. */
const redirects: Rule = ({ headers, status, url }) => {
  const location = headers.get('location')
  if (status < 300 || status > 399 || status === 304) return [location !== null && 'a location without a redirect']
  return [
    location === null && 'a redirect without a location',
    status === 303 && location !== null && new URL(location, url).origin !== new URL(url).origin && 'a 303 leaves our origin',
    (status === 307 || status === 308) && 'a redirect that repeats the body',
  ]
}

const rules: readonly Rule[] = [present, absent, caching, cookies, policy, redirects]
