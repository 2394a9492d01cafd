import type { Subject } from '#kernel/account.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { Answer } from '#kernel/visit.ts'
import type { Arrival, Protocol } from '../protocol.ts'
import { type Address, byClientId, byRealm, readAddress, relyingPartiesOf, WSFED } from './address.ts'
import { fault } from './fault.ts'
import { federationMetadata } from './metadata.ts'
import { type Parameters, readParameters } from './parameters.ts'
import type { PublishedCertificates } from './published-certificates.ts'
import { tokenResponse } from './response.ts'
import { signInRequest } from './sign-in-request.ts'

export interface WsfedParts {
  readonly publicUrl: URL
  readonly certificates: PublishedCertificates
  readonly randomness: Randomness
}

/** WS-Federation 1.2, passive requestor profile (section 13), as Microsoft Entra ID speaks it. */
export const wsfed = (parts: WsfedParts): Protocol => ({
  name: WSFED,
  parse: async (visit, settings) => {
    const address = readAddress(visit.url)
    if (address.isMetadata) return { kind: 'answered', answer: metadataAnswer(address, settings, parts) }
    const parameters = readParameters(visit)
    switch (parameters.get('wa')) {
      case 'wsignin1.0':
        return {
          kind: 'sign-in',
          request: signInRequest({ clientId: address.clientId, parameters, at: visit.at }, settings, parts.randomness),
        }
      case 'wsignout1.0':
        return signOut(address, parameters, settings)
      case 'wsignoutcleanup1.0':
        return { ...signOut(address, parameters, settings), quiet: true, replyUrl: undefined }
      case undefined:
        throw new UsherError('request_malformed', { detail: { parameter: 'wa' } })
      default:
        throw new UsherError('parameter_refused', { detail: { parameter: 'wa' } })
    }
  },
  respond: (request, token, relyingParty) => {
    // The settings may have changed since the request came.
    if (!relyingParty.replyUrls.includes(request.replyUrl)) throw new UsherError('reply_url_refused')
    const fields = { wa: 'wsignin1.0', wresult: tokenResponse(token, relyingParty), wctx: request.context ?? '' }
    return { kind: 'post-form', action: request.replyUrl, fields }
  },
  // Microsoft has no page for a fault, so the person is told instead unless the relying party wants it.
  refuse: (request, failure, relyingParty) => {
    const wantsFault = relyingParty.sendsFaults === true && failure.code === 'rule_denied'
    if (!wantsFault || !relyingParty.replyUrls.includes(request.replyUrl)) return undefined
    return {
      kind: 'post-form',
      action: request.replyUrl,
      fields: { wa: 'wsignin1.0', wresult: fault(failure), wctx: request.context ?? '' },
    }
  },
  start,
})

const signOut = ({ clientId }: Address, parameters: Parameters, settings: Settings): Extract<Arrival, { kind: 'sign-out' }> => {
  const relyingParty = clientId === undefined ? byRealm(settings, parameters.get('wtrealm') ?? '') : byClientId(settings, clientId)
  const asked = parameters.get('wreply')
  // A foreign address does not keep anybody signed in; they are just not sent there.
  const isKnown = asked !== undefined && (relyingParty?.replyUrls.includes(asked) || asked === relyingParty?.signOutUrl)
  return { kind: 'sign-out', quiet: false, ...(relyingParty && { relyingParty }), ...(isKnown && { replyUrl: asked }) }
}

const metadataAnswer = ({ clientId }: Address, settings: Settings, { publicUrl, certificates }: WsfedParts): Answer => {
  const [only, another] = relyingPartiesOf(settings)
  const relyingParty = clientId === undefined ? (another ? undefined : only) : byClientId(settings, clientId)
  const address = new URL(clientId === undefined ? `/${WSFED}` : `/${WSFED}/${encodeURIComponent(clientId)}`, publicUrl).href
  return {
    kind: 'document',
    status: 200,
    type: 'application/samlmetadata+xml',
    body: federationMetadata({ address, relyingParty, certificates: certificates.published() }),
  }
}

/** Through the relying party's own sign-in address, so that its next request to us is one it asked for itself. */
const start = (relyingParty: RelyingParty, subject: Subject, deepLink: string | undefined): Answer => {
  const location = new URL(relyingParty.signInUrl)
  const name = subject.userPrincipalName
  location.searchParams.set('wa', 'wsignin1.0')
  location.searchParams.set('whr', name.slice(name.lastIndexOf('@') + 1))
  location.searchParams.set('login_hint', name)
  if (deepLink !== undefined) location.searchParams.set('wreply', deepLink)
  return { kind: 'redirect', location: location.href }
}
