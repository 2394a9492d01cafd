import * as openid from 'openid-client'
import { UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { Leg } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import { authenticationFrom } from '../authentication-time.ts'
import { verifyIdToken } from './id-token.ts'
import { authenticationAt, clientOf, type OpenedOidc } from './oidc-client.ts'
import { tokensFor } from './oidc-tokens.ts'
import { profileFrom, type UpstreamClaims } from '../profile.ts'
import type { Provider } from '../provider-row.ts'

/** Who came back from the provider (OpenID Connect Core §3.1.2.5 to §3.1.3.8, RFC 9207). Throws whatever is not right. */
export const returnFrom = async (callback: Visit, leg: Leg & { readonly callbackUrl: string }, opened: OpenedOidc): Promise<Profile> => {
  const { settings, documents, parts, provider, connection } = opened
  const { nonce, verifier, issuer, notBefore } = leg.memory
  if (!nonce || !verifier || issuer !== settings.issuerText) throw invalid('leg')
  const metadata = await documents.metadata()
  const client = clientOf(metadata, opened, await authenticationAt(metadata, opened))
  const answer = answerUrl(callback, leg.callbackUrl, opened)
  const tokens = await tokensFor(answer, { state: leg.state, nonce, verifier }, { client, opened })
  const claims = await verifyIdToken(tokens, { settings, documents, clock: parts.clock, binding: provider.binding ?? 'nonce' })
  // Who repeats none (what must be there is there by now) may begin to: then it is ours.
  if (claims.nonce !== undefined && claims.nonce !== nonce) throw invalid('nonce')
  const authentication = authenticationFrom(claims, {
    at: parts.clock.now(),
    ...(notBefore !== undefined && { notBefore: Number(notBefore) }),
    ...(connection.secondFactor && { secondFactor: connection.secondFactor }),
  })
  const meant = provider.read?.(claims, answer.searchParams) ?? claims
  const said = await withUserinfo({ ...meant, sub: claims.sub ?? '' }, { client, accessToken: tokens.access_token })
  const profile = profileFrom({
    issuer: claims.iss ?? settings.issuerText,
    claims: said,
    authentication,
    takesTextForTrue: provider.takesTextForTrue,
  })
  return withAuthority(profile, claims, provider)
}

/** Says so where the address is the provider's own to give, by what was signed alone. */
const withAuthority = (profile: Profile, signed: UpstreamClaims, { speaksFor }: Provider): Profile => {
  const { email, emailVerified } = profile
  if (!emailVerified || email === undefined || speaksFor?.(email.slice(email.lastIndexOf('@') + 1), signed) !== true) return profile
  return { ...profile, emailAuthority: true }
}

const invalid = (reason: string) => new UsherError('connection_answer_invalid', { detail: { reason } })

/** What came back, at the address it was to come back to: behind proxies the one we were called at may differ. */
const answerUrl = (callback: Visit, callbackUrl: string, { provider }: OpenedOidc): URL => {
  const isForm = provider.answers === 'form'
  // In the one place we asked for, and there openid-client refuses what is there twice.
  if (isForm ? callback.url.search !== '' : callback.form.size > 0) throw invalid('response_mode')
  const url = new URL(callbackUrl)
  url.search = isForm ? callback.form.toString() : callback.url.search
  return url
}

const withUserinfo = async (
  claims: UpstreamClaims & { readonly sub?: string },
  { client, accessToken }: { readonly client: openid.Configuration; readonly accessToken: string },
): Promise<UpstreamClaims> => {
  const isEnough = claims.email !== undefined || claims.name !== undefined || claims.given_name !== undefined
  if (isEnough || !client.serverMetadata().userinfo_endpoint) return claims
  const more = await openid.fetchUserInfo(client, accessToken, claims.sub ?? '')
  // What was signed wins.
  return { ...more, ...claims }
}
