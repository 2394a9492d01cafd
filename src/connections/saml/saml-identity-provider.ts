import type { X509Certificate } from 'node:crypto'
import { attributeOf, isNamed, readStrictly, type StrictElement, textIn, type XmlLimits } from '#lib/strict-xml.ts'
import { XmlRefused } from '#lib/xml-refused.ts'
import { isStrongKey } from '#lib/xml-signature-algorithms.ts'
import { certificatesIn } from './saml-certificates.ts'
import { allIn, childrenOf } from './saml-elements.ts'
import { instantIn } from './saml-instant.ts'
import { METADATA, POST_BINDING, PROTOCOL, REDIRECT_BINDING, SIGNATURE } from './saml-names.ts'

/** What is known of an identity provider. */
export interface IdentityProvider {
  /** Its entity id. */
  readonly issuer: string
  readonly signIn: { readonly binding: 'redirect' | 'post'; readonly location: string }
  /** Whose signatures count, and nobody else's; never empty. */
  readonly certificates: readonly X509Certificate[]
  readonly wantsSignedRequests: boolean
  /** Milliseconds since the epoch from which on none of this holds. */
  readonly validUntil?: number
}

/** What a whole description may be: larger than a message, because some list all the claims they know. */
export const DESCRIPTION_LIMITS: XmlLimits = { bytes: 256 * 1024, depth: 32, nodes: 20_000, attributes: 64 }

/**
 * An identity provider as its metadata describes it (saml-metadata §2.4.3). `issuer` says which one, where several are
 * described; `verified` makes of a document what somebody signed of it (§3). Throws an `Error` whose message says what is missing, for whoever wrote the settings.
 */
export const readIdentityProvider = (
  metadata: string,
  issuer: string | undefined,
  verified: (root: StrictElement) => StrictElement = (root) => root,
): IdentityProvider => {
  const { entity, groups } = entityIn(readDescription(metadata, verified), issuer)
  const role = roleOf(entity)
  const certificates = certificatesOf(role)
  if (certificates.length === 0) throw new Error('no certificate for signatures that is strong enough (RSA of 2,048 bits, or a curve)')
  const ends = [...groups, entity, role].map((one) => attributeOf(one, 'validUntil')).filter((one) => one !== undefined)
  return {
    issuer: attributeOf(entity, 'entityID') ?? '',
    signIn: signInOf(role),
    certificates,
    wantsSignedRequests: /^(true|1)$/.test(attributeOf(role, 'WantAuthnRequestsSigned') ?? ''),
    ...(ends.length > 0 && { validUntil: Math.min(...ends.map(endIn)) }),
  }
}

/** An end that cannot be read has passed. */
const endIn = (written: string): number => instantIn(written) ?? 0

const readDescription = (metadata: string, verified: (root: StrictElement) => StrictElement): StrictElement => {
  try {
    return verified(readStrictly(withoutComments(metadata.replace(/^\uFEFF/, '')).trim(), DESCRIPTION_LIMITS))
  } catch (error) {
    throw new Error(error instanceof XmlRefused ? `is not XML that is taken here (${error.reason})` : 'cannot be read', { cause: error })
  }
}

/** Comments are common in files that people keep. Without them nothing else changes its meaning, because CDATA is not taken. */
const withoutComments = (text: string): string => {
  const kept: string[] = []
  let at = 0
  for (let start = text.indexOf('<!--'); start !== -1; start = text.indexOf('<!--', at)) {
    const end = text.indexOf('-->', start + '<!--'.length)
    // One that does not end is left for the gate to refuse.
    if (end === -1) break
    kept.push(text.slice(at, start))
    at = end + '-->'.length
  }
  return kept.join('') + text.slice(at)
}

interface Described {
  readonly entity: StrictElement
  /** What it stands in (saml-metadata §2.3.1). */
  readonly groups: readonly StrictElement[]
}

/** The entities of a document. What stands elsewhere in one is somebody's word about others. */
const entitiesIn = (element: StrictElement, groups: readonly StrictElement[] = []): readonly Described[] => {
  if (isNamed(element, METADATA, 'EntityDescriptor')) return [{ entity: element, groups }]
  if (!isNamed(element, METADATA, 'EntitiesDescriptor')) return []
  const inside = element.children.filter((child) => typeof child !== 'string')
  return inside.flatMap((child) => entitiesIn(child, [...groups, element]))
}

const entityIn = (root: StrictElement, issuer: string | undefined): Described => {
  const entities = entitiesIn(root)
  const [found, another] = entities.filter(({ entity }) => issuer === undefined || attributeOf(entity, 'entityID') === issuer)
  if (!found) throw new Error(entities.length === 0 ? 'describes no entity (EntityDescriptor)' : 'describes another issuer')
  if (another) throw new Error('describes several entities: write in issuer which one is meant')
  return found
}

const roleOf = (entity: StrictElement): StrictElement => {
  const roles = childrenOf(entity, METADATA, 'IDPSSODescriptor')
  const [role, another] = roles.filter((one) => attributeOf(one, 'protocolSupportEnumeration')?.split(/\s+/).includes(PROTOCOL))
  if (!role || another) throw new Error('describes no identity provider of SAML 2.0 (IDPSSODescriptor), or two')
  return role
}

/** Each is tried on a signature that nobody made. */
const MOST_CERTIFICATES = 16

/** A key without a use is one for signatures as well (saml-metadata §2.4.1.1). */
const certificatesOf = (role: StrictElement): readonly X509Certificate[] => {
  const chains = childrenOf(role, METADATA, 'KeyDescriptor')
    .filter((key) => (attributeOf(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => allIn(key).filter((one) => isNamed(one, SIGNATURE, 'X509Data')))
    .map((data) => childrenOf(data, SIGNATURE, 'X509Certificate'))
  if (chains.flat().length > MOST_CERTIFICATES) throw new Error(`lists more than ${MOST_CERTIFICATES} certificates`)
  return chains
    .map((chain) => chain.flatMap((one) => certificatesIn(textIn(one)) ?? []))
    .flatMap((chain) => chain.filter((one) => !chain.some((other) => isIssuedBy(other, one))))
    .filter(({ publicKey }) => isStrongKey(publicKey))
}

/** Whoever certified the key of a chain (XML Signature 1.1 §4.5.4) does not sign with it. */
const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  !certificate.raw.equals(issuer.raw) && certificate.checkIssued(issuer)

/** As it can stand in a header. */
const ADDRESS = /^[\x21-\x7e]+$/

const signInOf = (role: StrictElement): IdentityProvider['signIn'] => {
  const services = childrenOf(role, METADATA, 'SingleSignOnService')
  const at = (binding: string): string | undefined =>
    services
      .filter((one) => attributeOf(one, 'Binding') === binding)
      .map((one) => attributeOf(one, 'Location') ?? '')
      .find((location) => ADDRESS.test(location) && URL.canParse(location))
  const [redirect, post] = [at(REDIRECT_BINDING), at(POST_BINDING)]
  if (redirect !== undefined) return { binding: 'redirect', location: redirect }
  if (post !== undefined) return { binding: 'post', location: post }
  throw new Error('names no address to sign in at (SingleSignOnService by HTTP-Redirect or HTTP-POST)')
}
