import type { FailureCode } from '#kernel/errors.ts'
import type { Misbehavior, Workshop } from '../../support/fake-provider/misbehavior.ts'
import type { FakeProviderOptions } from '../../support/fake-provider/provider-state.ts'
import type { TokenClaims } from '../../support/fake-provider/signing.ts'

/** One way to lie to us, and how it must end. */
export interface Attack {
  readonly name: string
  readonly how: Misbehavior
  readonly ends: FailureCode
  readonly provider?: Partial<FakeProviderOptions>
  /** The path at which nothing comes, so that we must give up by ourselves. */
  readonly waitsAt?: string
  /** Set when the code must not even be spent. */
  readonly keepsCode?: true
}

export const INVALID = 'connection_answer_invalid' as const
export const AWAY = 'connection_unavailable' as const
export const REFUSED = 'connection_refused' as const
export const INCOMPLETE = 'profile_incomplete' as const

/** Lies the provider signs as its own. */
export const says = (
  name: string,
  change: (right: TokenClaims, workshop: Workshop) => TokenClaims,
  ends: FailureCode = INVALID,
): Attack => ({
  name: `the token says ${name}`,
  how: { claims: change },
  ends,
})

/** Tokens that are not what the provider signs. */
export const forges = (name: string, sign: NonNullable<Misbehavior['sign']>, provider: Partial<FakeProviderOptions> = {}): Attack => ({
  name: `a token ${name}`,
  how: { sign },
  ends: INVALID,
  provider,
})

/** What the browser brings back. */
export const brings = (name: string, change: (right: URLSearchParams) => void, ends: FailureCode = INVALID): Attack => ({
  name: `the browser brings ${name}`,
  how: { answer: change },
  ends,
  keepsCode: true,
})

export const answersJson = (text: string, status = 200): Response =>
  new Response(text, { status, headers: { 'content-type': 'application/json' } })

export const redirects = (to: string, status = 302): Response => new Response(null, { status, headers: { location: to } })

export const EVIL = 'https://evil.example'
