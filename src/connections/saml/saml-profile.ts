import { UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import { authenticationFrom } from '../authentication-time.ts'
import { profileFrom } from '../profile.ts'
import { notFromHere } from '../provider-row.ts'
import type { Accepted } from './saml-assertion.ts'
import { claimsOf, subjectIn } from './saml-attributes.ts'
import { TRANSIENT, UNSPECIFIED } from './saml-names.ts'
import type { SamlSettings } from './saml-settings.ts'

interface Known {
  readonly connection: Pick<ConnectionSettings, 'secondFactor'>
  readonly settings: SamlSettings
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Set when a recent authentication was asked for: what came before does not count. */
  readonly notBefore?: number
}

/** Who an accepted assertion is about. Throws `profile_incomplete`, or `connection_answer_invalid` when it is not fresh enough. */
export const profileOf = (accepted: Accepted, { connection, settings, at, notBefore }: Known): Profile => {
  const authentication = authenticationFrom(
    { auth_time: accepted.authenticatedAt / ONE_SECOND_MS, amr: [accepted.context] },
    {
      at,
      ...(notBefore !== undefined && { notBefore }),
      ...(connection.secondFactor && { secondFactor: connection.secondFactor }),
    },
  )
  return profileFrom({
    issuer: settings.issuer,
    claims: { ...claimsOf(accepted.attributes, settings), sub: subjectOf(accepted, settings) },
    authentication,
    takesTextForTrue: false,
  })
}

const subjectOf = ({ nameId, attributes }: Accepted, { subjectAttribute, nameIdFormat = UNSPECIFIED }: SamlSettings): string => {
  if (subjectAttribute !== undefined) {
    const subject = subjectIn(attributes, subjectAttribute)
    if (subject === undefined) throw incomplete(subjectAttribute)
    return subject
  }
  // The request passes through the browser, and whoever sits there may have asked for another kind (saml-core §3.4.1.1): in an
  // address they write themselves, one person's name can be that of somebody else.
  if (nameIdFormat !== UNSPECIFIED && nameId.format !== nameIdFormat) throw notFromHere('NameID Format')
  // Another one the next time (saml-core §8.3.8): it would make a new person of everybody at every sign-in.
  if (nameId.format === TRANSIENT) throw incomplete('a NameID that lasts')
  return nameId.value
}

const incomplete = (claim: string): UsherError => new UsherError('profile_incomplete', { detail: { claim } })
