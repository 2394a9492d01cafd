import { z } from 'zod'
import { UsherError } from '#kernel/errors.ts'
import type { InnerRequest, InnerResponse } from './runner.ts'

const stub = z.strictObject({
  method: z.string().toUpperCase().optional(),
  /** Ends in `*` when any continuation is meant. */
  url: z.url({ protocol: /^https?$/ }),
  status: z.int().min(100).max(599).default(200),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.union([z.record(z.string(), z.json()), z.array(z.record(z.string(), z.json()))]).optional(),
})

/** What somebody else would have answered. */
export type Stub = z.infer<typeof stub>

/** Reads `[{ "method": "GET", "url": "https://api.example.com/v1/*", "body": {…} }]`. Throws `settings_invalid`. */
export const readStubs = (value: unknown): readonly Stub[] => {
  const parsed = z.array(stub).safeParse(value)
  if (parsed.success) return parsed.data
  const problem = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'stubs'}: ${issue.message}`).join('; ')
  throw new UsherError('settings_invalid', { detail: { field: 'stubs', problem } })
}

export const hostOfStub = ({ url }: Stub): string => new URL(url).hostname

/** The answer of the first stub that fits; undefined when none does. */
export const stubbed = (stubs: readonly Stub[], { method, host, path }: InnerRequest): InnerResponse | undefined => {
  const found = stubs.find((one) => (one.method ?? method) === method && hostOfStub(one) === host && isFor(one, path))
  return (
    found && {
      status: found.status,
      ...(found.headers && { headers: found.headers }),
      ...(found.body && { body: found.body }),
    }
  )
}

const isFor = ({ url }: Stub, path: string): boolean => {
  const { pathname, search } = new URL(url)
  const wanted = pathname + search
  if (wanted.endsWith('*')) return path.startsWith(wanted.slice(0, -1))
  return path === wanted || (search === '' && path.split('?')[0] === pathname)
}
