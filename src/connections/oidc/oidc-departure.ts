import { createHash } from 'node:crypto'
import * as openid from 'openid-client'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Departure, LegOrder } from '../connection.ts'
import { hintFor } from '../login-hint.ts'
import { clientOf, type OpenedOidc } from './oidc-client.ts'
import type { Provider } from '../provider-row.ts'

/** Sends somebody to the provider (OpenID Connect Core §3.1.2.1, RFC 7636). Throws `connection_unavailable`. */
export const departFor = async (order: LegOrder, opened: OpenedOidc): Promise<Departure> => {
  const { parts, settings, provider } = opened
  const metadata = await opened.documents.metadata().catch((error) => {
    // Before anybody left there is no answer that could be wrong: the provider is not usable, whatever the reason.
    throw new UsherError('connection_unavailable', { cause: error, detail: { connection: opened.connection.name } })
  })
  const nonce = parts.randomness.bytes(32).toString('base64url')
  const verifier = parts.randomness.bytes(32).toString('base64url')
  const asked = freshnessAsked(order, opened)
  const hint = hintFor(order.username, opened.connection)
  const location = openid.buildAuthorizationUrl(clientOf(metadata, opened), {
    redirect_uri: order.callbackUrl,
    scope: settings.scopes.join(' '),
    state: order.state,
    nonce,
    ...(provider.binding !== 'state' && challengeOf(verifier)),
    ...(provider.answers === 'form' && { response_mode: 'form_post' }),
    ...provider.parameters,
    ...asked.parameters,
    ...(hint && { login_hint: hint }),
    ...(order.language && { ui_locales: order.language }),
  })
  return { location: location.href, memory: { nonce, verifier, issuer: settings.issuerText, ...asked.memory } }
}

/** RFC 7636 §4.2. */
export const challengeOf = (verifier: string): Readonly<Record<string, string>> => ({
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
})

/** Asks for `auth_time` and for nothing else: without its time a second factor does not count. */
const ANY_AGE_SECONDS = String(365 * 24 * 60 * 60)

interface Asked {
  readonly parameters: Readonly<Record<string, string>>
  readonly memory: Readonly<Record<string, string>>
}

/** How the provider is asked for a recent authentication, and what its answer must then show. */
const freshnessAsked = ({ freshness, choose }: LegOrder, { provider, parts }: OpenedOidc): Asked => {
  const ages = [freshness.maxAgeMs, freshness.secondFactor?.maxAgeMs].filter((age) => age !== undefined)
  const maxAgeMs = ages.length === 0 ? undefined : Math.min(...ages)
  const prompt = wishes[provider.freshness]({ isAgain: maxAgeMs === 0, choose })
  if (provider.freshness !== 'login') return { parameters: prompt, memory: {} }
  if (maxAgeMs === undefined) return { parameters: freshness.secondFactor ? { ...prompt, max_age: ANY_AGE_SECONDS } : prompt, memory: {} }
  return {
    parameters: { ...prompt, max_age: String(Math.floor(maxAgeMs / ONE_SECOND_MS)) },
    memory: { notBefore: String(parts.clock.now() - maxAgeMs) },
  }
}

interface Wish {
  readonly isAgain: boolean
  readonly choose: boolean
}

const LOGIN = { prompt: 'login' } as const
const CHOICE = { prompt: 'select_account' } as const
const NOTHING = {} as const

/** What is asked for, by what a provider can be asked; one wish at a time, since not all take a list. */
const wishes: Readonly<Record<Provider['freshness'], (wish: Wish) => Readonly<Record<string, string>>>> = {
  // Every provider knows `login`. `select_account` is an error to some: who wants to be somebody else could never be.
  login: ({ isAgain, choose }) => (isAgain || choose ? LOGIN : NOTHING),
  prompt: ({ isAgain, choose }) => (isAgain ? LOGIN : choice(choose)),
  choose: ({ isAgain, choose }) => choice(isAgain || choose),
  nothing: () => NOTHING,
}

const choice = (choose: boolean) => (choose ? CHOICE : NOTHING)
