import type { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import { isStrongKey } from '#lib/xml-signature-algorithms.ts'
import { host, secretSetting } from '../oidc/oidc-settings.ts'
import { problemIn, settingsInvalid } from '../provider-row.ts'
import { certificatesIn, privateKeyIn } from './saml-certificates.ts'
import { type IdentityProvider, readIdentityProvider } from './saml-identity-provider.ts'

/** A key of ours and the certificate others know it by. */
export interface KeyPair {
  readonly privateKey: Secret
  readonly certificate: X509Certificate
}

/** Where an identity provider is described: in the settings themselves, or at an address of its own. */
export type Description =
  | { readonly kind: 'written'; readonly provider: IdentityProvider }
  | { readonly kind: 'published'; readonly url: URL; readonly signedBy?: readonly X509Certificate[] }

export interface SamlSettings extends Omit<Written, keyof Source> {
  /** The identity provider's entity id: compared byte for byte, and part of every identity. */
  readonly issuer: string
  readonly description: Description
}

/** Text, also where an administrator refers to a file with it. */
const text = z.union([z.string(), z.instanceof(Secret).transform((one) => one.reveal())])

const certificates = text.transform((written, context) => {
  const read = certificatesIn(written)
  if (!read || read.length === 0) return refuse(context, 'certificates in PEM: "-----BEGIN CERTIFICATE-----" …')
  return read.every(({ publicKey }) => isStrongKey(publicKey)) ? read : refuse(context, 'RSA keys need 2,048 bits or more')
})

const refuse = (context: z.core.$RefinementCtx, message: string): never => {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

const keyPair = z
  .strictObject({ privateKey: secretSetting, certificate: certificates })
  .transform(({ privateKey, certificate: [certificate] }, context): KeyPair => {
    const key = privateKeyIn(privateKey)
    if (key?.asymmetricKeyType !== 'rsa') return refuse(context, 'privateKey: an RSA key in PEM')
    return certificate?.checkPrivateKey(key) ? { privateKey, certificate } : refuse(context, 'certificate: belongs to another key')
  })

const uri = z.string().regex(/^[\x21-\x7e]{1,1024}$/, 'a name without spaces, at most 1,024 characters')
const attribute = z.union([z.string().min(1).max(200), z.array(z.string().min(1).max(200)).min(1).max(20)])
const attributes = z.strictObject({
  email: attribute.optional(),
  name: attribute.optional(),
  givenName: attribute.optional(),
  familyName: attribute.optional(),
})

const shape = z.strictObject({
  issuer: uri.optional(),
  metadataUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  metadata: text.optional(),
  signInUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  binding: z.enum(['redirect', 'post']).optional(),
  certificates: certificates.optional(),
  /** Who must have signed what lies at `metadataUrl`; anybody when left out, because https says whose it is. */
  metadataCertificates: certificates.optional(),
  /** Hosts besides that of `metadataUrl` on which people may be sent to sign in. */
  endpointHosts: z.array(host).default([]),
  /** What we are called there, when not by the address of our metadata. */
  entityId: uri.optional(),
  signing: keyPair.optional(),
  decryption: keyPair.optional(),
  nameIdFormat: uri.optional(),
  /** The attribute that says who somebody is, where that is not the name ID. */
  subjectAttribute: z.string().min(1).max(200).optional(),
  attributes: attributes.default({}),
  /** Whether all addresses there are confirmed, or the attribute that says so of each. */
  emailVerified: z.union([z.boolean(), z.string().min(1).max(200)]).default(false),
  /** How the identity provider takes the name of somebody who is expected. */
  loginHint: z.enum(['none', 'query', 'subject']).default('query'),
  /** Asks for one of the connection's second factors where one is demanded. */
  requestsSecondFactor: z.literal(true).optional(),
  /** Takes answers nobody asked for, and takes their people to this relying party (its client id). */
  unsolicited: z.strictObject({ relyingParty: z.string().min(1).max(200) }).optional(),
})

type Written = z.infer<typeof shape>

const WAYS = 'say where the identity provider is: metadataUrl, metadata, or signInUrl and certificates; one of the three'

/** Reads the settings of a SAML connection. Throws `settings_invalid`. */
export const readSamlSettings = (connection: ConnectionSettings, publicUrl: URL): SamlSettings => {
  const { name } = connection
  const parsed = shape.safeParse(connection.settings)
  if (!parsed.success) throw settingsInvalid(name, problemIn(parsed.error))
  const { metadataUrl, metadata, metadataCertificates, signInUrl, binding, certificates: pinned, issuer, ...rest } = parsed.data
  const written = { metadataUrl, metadata, metadataCertificates, signInUrl, binding, certificates: pinned, issuer }
  const description = descriptionOf(written, { name, publicUrl })
  const known = issuer ?? (description.kind === 'written' ? description.provider.issuer : undefined)
  if (!known) throw settingsInvalid(name, 'issuer: write the identity provider’s entity id down; it may not change by what an address says')
  if (rest.requestsSecondFactor && !connection.secondFactor)
    throw settingsInvalid(name, 'requestsSecondFactor: the connection names no secondFactor')
  const settings = { ...rest, issuer: known, description }
  assertSigns(settings, name)
  return settings
}

type Source = Pick<Written, 'metadataUrl' | 'metadata' | 'metadataCertificates' | 'signInUrl' | 'binding' | 'certificates' | 'issuer'>

interface Place {
  readonly name: string
  readonly publicUrl: URL
}

const descriptionOf = (written: Source, place: Place): Description => {
  const { metadataUrl, metadata, signInUrl } = written
  const ways = [metadataUrl, metadata, signInUrl].filter((one) => one !== undefined)
  if (ways.length !== 1) throw settingsInvalid(place.name, WAYS)
  if (signInUrl === undefined && (written.binding || written.certificates))
    throw settingsInvalid(place.name, 'binding and certificates: metadata says so already')
  const { metadataCertificates: signedBy } = written
  if (metadataUrl !== undefined)
    return { kind: 'published', url: address('metadataUrl', metadataUrl, place), ...(signedBy && { signedBy }) }
  if (signedBy) throw settingsInvalid(place.name, 'metadataCertificates: only for metadata at an address')
  const provider = metadata === undefined ? byHand(written, place) : fromText(metadata, written.issuer, place)
  address('signInUrl', provider.signIn.location, place)
  return { kind: 'written', provider }
}

const byHand = ({ signInUrl, binding, certificates: pinned, issuer }: Source, { name }: Place): IdentityProvider => {
  if (signInUrl === undefined || !pinned || !issuer) throw settingsInvalid(name, 'signInUrl needs issuer and certificates beside it')
  return { issuer, certificates: pinned, signIn: { binding: binding ?? 'redirect', location: signInUrl }, wantsSignedRequests: false }
}

const fromText = (metadata: string, issuer: string | undefined, { name }: Place): IdentityProvider => {
  try {
    return readIdentityProvider(metadata, issuer)
  } catch (error) {
    throw settingsInvalid(name, `metadata: ${error instanceof Error ? error.message : 'cannot be read'}`)
  }
}

/** https, or http on this machine while Usher's own address is on it too. Throws `settings_invalid`. */
const address = (field: string, text: string, { name, publicUrl }: Place): URL => {
  const problem = problemOf(new URL(text), publicUrl)
  if (problem) throw settingsInvalid(name, `${field}: ${problem}`)
  return new URL(text)
}

const problemOf = (url: URL, publicUrl: URL): string | undefined => {
  if (url.username || url.password || url.hash) return 'an address without user name and fragment'
  const isHere = isLoopbackHost(url.hostname)
  if (isHere && !isLoopbackHost(publicUrl.hostname)) return 'this machine is only taken while Usher’s own address is'
  if (isHere) return undefined
  if (url.protocol !== 'https:') return 'must be https'
  return host.safeParse(url.hostname).success ? undefined : 'must have a host name'
}

const assertSigns = ({ description, signing }: SamlSettings, name: string): void => {
  if (description.kind === 'written' && description.provider.wantsSignedRequests && !signing)
    throw settingsInvalid(name, 'signing: the identity provider wants signed requests; give a key and its certificate')
}
