import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Leg } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import { isSameText } from '#lib/same-text.ts'
import { isXmlText } from '#lib/xml.ts'
import type { Departure, LegOrder, RedirectConnection, UnsolicitedAnswer, UnsolicitedAnswers } from '../connection.ts'
import { hintFor } from '../login-hint.ts'
import { connectionFailure } from '../connection-failure.ts'
import type { Fetch } from '../provider-calls.ts'
import { notFromHere } from '../provider-row.ts'
import type { Accepted } from './saml-assertion.ts'
import { type IdentityProviderDescription, identityProviderDescription } from './saml-description.ts'
import type { IdentityProvider } from './saml-identity-provider.ts'
import { ourMetadata } from './saml-metadata.ts'
import { profileOf } from './saml-profile.ts'
import { authnRequest, sent } from './saml-request.ts'
import { acceptResponse } from './saml-response.ts'
import type { SamlSettings } from './saml-settings.ts'
import { onlyOnce } from '../only-once.ts'

export interface SamlParts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly randomness: Randomness
  readonly publicUrl: URL
}

interface Opening {
  readonly connection: ConnectionSettings
  readonly settings: SamlSettings
  readonly parts: SamlParts
}

interface Opened extends Opening {
  readonly description: IdentityProviderDescription
  readonly entityId: string
  readonly isFirst: (id: string, until: number) => boolean
}

type SamlExchange = Required<Pick<RedirectConnection, 'begin' | 'complete' | 'document'>> & Pick<UnsolicitedAnswers, 'accept'>

/** What is said to one identity provider, and what it answers. */
export const samlExchange = (order: Opening): SamlExchange => {
  const { connection, settings, parts } = order
  const opened: Opened = {
    ...order,
    description: identityProviderDescription({ ...parts, settings }),
    entityId: settings.entityId ?? ownEntityId(connection.name, parts.publicUrl),
    isFirst: onlyOnce(parts.clock),
  }
  const named = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error) => {
      throw connectionFailure(error, connection.name)
    })
  return {
    begin: (leg) => named(depart(leg, opened)),
    complete: (callback, leg) => named(comeBack(callback, leg, opened)),
    accept: (callback, callbackUrl) => named(comeUnasked(callback, callbackUrl, opened)),
    document: async (callbackUrl) => ({
      type: 'application/samlmetadata+xml; charset=utf-8',
      body: ourMetadata({ entityId: opened.entityId, callbackUrl, settings }),
    }),
  }
}

/** What we are called where nothing else is agreed: the address of our own description. */
const ownEntityId = (name: string, publicUrl: URL): string => {
  const address = new URL('/samlp/metadata', publicUrl)
  address.searchParams.set('connection', name)
  return address.href
}

const depart = async (order: LegOrder, opened: Opened): Promise<Departure> => {
  const { connection, settings, parts, entityId } = opened
  const provider = await opened.description.current().catch((error) => {
    // Before anybody left there is no answer that could be wrong: the provider is not usable, whatever the reason.
    throw new UsherError('connection_unavailable', { cause: error, detail: reasonOf(error) })
  })
  if (provider.wantsSignedRequests && !settings.signing)
    throw new UsherError('connection_unavailable', { detail: { reason: 'the identity provider wants signed requests; set signing' } })
  const id = `_${parts.randomness.bytes(20).toString('hex')}`
  const asked = freshnessAsked(order, parts.clock.now())
  const hint = hintFor(order.username, connection)
  const request = authnRequest({
    id,
    entityId,
    destination: provider.signIn.location,
    callbackUrl: order.callbackUrl,
    at: parts.clock.now(),
    again: asked.again || order.choose,
    contexts: order.freshness.secondFactor && settings.requestsSecondFactor ? (connection.secondFactor?.amr ?? []) : [],
    ...(settings.nameIdFormat && { nameIdFormat: settings.nameIdFormat }),
    ...(hint && settings.loginHint === 'subject' && isXmlText(hint) && { subject: hint }),
  })
  const departure = await sent({
    request,
    relayState: order.state,
    to: provider.signIn,
    signing: settings.signing,
    hint: hint && settings.loginHint === 'query' ? { login_hint: hint } : {},
  })
  return { ...departure, memory: { request: id, issuer: settings.issuer, ...asked.memory } }
}

const reasonOf = (error: unknown) => (error instanceof UsherError ? error.detail : {})

/** SAML can only be asked for the credentials again, not for a session of a certain age; the answer shows how old it is. */
const freshnessAsked = ({ freshness }: LegOrder, now: number): { readonly again: boolean; readonly memory: Leg['memory'] } => {
  const ages = [freshness.maxAgeMs, freshness.secondFactor?.maxAgeMs].filter((age) => age !== undefined)
  if (ages.length === 0) return { again: false, memory: {} }
  return { again: true, memory: { notBefore: String(now - Math.min(...ages)) } }
}

type Complete = RedirectConnection['complete']

const comeBack = async (callback: Visit, leg: Parameters<Complete>[1], opened: Opened): Promise<Profile> => {
  const { request, issuer, notBefore } = leg.memory
  if (!request || issuer !== opened.settings.issuer) throw notFromHere('leg')
  const states = callback.form.getAll('RelayState')
  if (states.length !== 1 || !isSameText(states[0] ?? '', leg.state)) throw notFromHere('state')
  const { callbackUrl } = leg
  const accepted = await believed(postedIn(callback, callbackUrl), { request, callbackUrl }, opened)
  return profileOf(accepted, { ...opened, at: opened.parts.clock.now(), ...(notBefore !== undefined && { notBefore: Number(notBefore) }) })
}

/** An answer nobody asked for: it must not claim to be the answer to anything (saml-profiles §4.1.5). */
const comeUnasked = async (callback: Visit, callbackUrl: string, opened: Opened): Promise<UnsolicitedAnswer> => {
  const accepted = await believed(postedIn(callback, callbackUrl), { request: undefined, callbackUrl }, opened)
  const { id, expiresAt } = accepted
  return { profile: profileOf(accepted, { ...opened, at: opened.parts.clock.now() }), id, expiresAt }
}

/** The message of a form, which is there once (saml-bindings §3.5.4), at the very address that was asked for. */
const postedIn = ({ method, url, form }: Visit, callbackUrl: string): string => {
  const [message, ...others] = form.getAll('SAMLResponse')
  const isThere = url.search === new URL(callbackUrl).search
  if (method !== 'POST' || !isThere || message === undefined || others.length > 0) throw notFromHere('binding')
  return message
}

interface Asked {
  readonly request: string | undefined
  readonly callbackUrl: string
}

/** Accepted by the keys that are known; where none of them signed, by those that are published by now. Counts once. */
const believed = async (posted: string, { request, callbackUrl }: Asked, opened: Opened): Promise<Accepted> => {
  const { settings, parts, description, entityId } = opened
  const acceptedBy = ({ certificates }: IdentityProvider): Promise<Accepted> =>
    acceptResponse({
      posted,
      expected: { issuer: settings.issuer, audience: entityId, recipient: callbackUrl, inResponseTo: request, now: parts.clock.now() },
      keys: certificates.map(({ publicKey }) => publicKey),
      decryptionKey: settings.decryption?.privateKey,
    })
  const accepted = await acceptedBy(await description.current()).catch(async (error) => {
    const newer = isUnknownSignature(error) ? await description.newer() : undefined
    if (!newer) throw error
    return acceptedBy(newer)
  })
  if (!opened.isFirst(accepted.id, accepted.expiresAt)) throw notFromHere('replayed')
  return accepted
}

const isUnknownSignature = (error: unknown): boolean => error instanceof UsherError && error.detail.reason === 'xml signature'
