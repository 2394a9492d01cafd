import { X509Certificate } from 'node:crypto'
import { type FailureCode, UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import { Secret } from '#kernel/secret.ts'
import { createHandClock } from '../../../emulator/clock.ts'
import { SAML_KEYS } from '../../support/saml-identity-provider.ts'
import { samlStage } from '../../support/saml-stage.ts'

export const BOB = {
  nameId: 'b-0002',
  attributes: { 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress': 'bob@acme.example', groups: 'visitors' },
} as const

/** How somebody's posted message ended. */
export type Outcome = { readonly profile: Profile } | { readonly code: FailureCode; readonly reason: string }

/** A good answer of one kind, and the door that answers of its kind go through. */
export interface Sample {
  readonly kind: Kind
  /** What an attacker can change: the response; of an encrypted one the assertion, since anybody can encrypt for us. */
  readonly xml: string
  /** Of the same identity provider: somebody else's answer to the same request, and answers to others. */
  readonly others: readonly string[]
  /** Who comes of it as it is. */
  readonly profile: Profile
  /** A connection that has seen nothing yet is given this message. Throws what is not a refusal. */
  readonly post: (xml: string | Uint8Array) => Promise<Outcome>
  /** The same with the value of the form's field. */
  readonly postValue: (...values: readonly string[]) => Promise<Outcome>
}

export const KINDS = [
  'assertion signed',
  'response signed',
  'both signed',
  'assertion signed and encrypted',
  'response signed, assertion encrypted',
] as const
export type Kind = (typeof KINDS)[number]

const decryption = { privateKey: new Secret(SAML_KEYS.ours.privateKey), certificate: SAML_KEYS.ours.certificate }

const OPTIONS = {
  'assertion signed': { signs: 'assertion' },
  'response signed': { signs: 'response' },
  'both signed': { signs: 'both' },
  'assertion signed and encrypted': { signs: 'assertion', encryptFor: new X509Certificate(SAML_KEYS.ours.certificate) },
  'response signed, assertion encrypted': { signs: 'response', encryptFor: new X509Certificate(SAML_KEYS.ours.certificate) },
} as const

export const openSample = async (kind: Kind): Promise<Sample> => {
  const clock = createHandClock()
  const byHand = {
    metadataUrl: undefined,
    signInUrl: 'https://login.acme.example/in',
    certificates: SAML_KEYS.provider.certificate,
    decryption,
  }
  const fresh = () => samlStage({ clock, settings: byHand, ...OPTIONS[kind] })
  const stage = fresh()
  const [mine, elsewhere] = [await stage.leave(), await stage.leave()]
  type Left = typeof mine
  const postForm = async (form: URL): Promise<Outcome> => {
    try {
      return { profile: await fresh().comeBack(form, mine) }
    } catch (error) {
      if (!(error instanceof UsherError)) throw error
      return { code: error.code, reason: String(error.detail['reason'] ?? '') }
    }
  }
  const isSealed = kind === 'assertion signed and encrypted'
  const written = ({ departure }: Left, who = {}): string => {
    let assertion = ''
    const keep = (xml: string): string => (assertion = xml)
    const form = stage.provider.agree(departure, { ...who, alterAssertion: keep })
    return isSealed ? assertion : Buffer.from(form.searchParams.get('SAMLResponse') ?? '', 'base64').toString()
  }
  const postValue = (...values: readonly string[]) => {
    const form = stage.provider.agree(mine.departure)
    form.searchParams.delete('SAMLResponse')
    for (const value of values) form.searchParams.append('SAMLResponse', value)
    return postForm(form)
  }
  const post = (xml: string | Uint8Array) =>
    isSealed
      ? postForm(
          stage.provider.agree(mine.departure, { alterAssertion: () => (typeof xml === 'string' ? xml : Buffer.from(xml).toString()) }),
        )
      : postValue(Buffer.from(xml).toString('base64'))
  const xml = written(mine)
  const outcome = await post(xml)
  if (!('profile' in outcome)) throw new Error(`the sample is refused: ${outcome.reason}`)
  const others = [written(mine, BOB), written(elsewhere, BOB), written(elsewhere)]
  return { kind, xml, others, profile: outcome.profile, post, postValue }
}
