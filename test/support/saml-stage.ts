import { randomBytes } from 'node:crypto'
import { samlType } from '#connections/saml/saml.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { createHandClock, type HandClock } from '../../emulator/clock.ts'
import { formVisitAt, settingsOf } from '../conformance/connection.ts'
import { goingAndComing, PUBLIC_URL } from './oidc-stage.ts'
import { samlIdentityProvider, type SamlProviderOptions } from './saml-identity-provider.ts'

export const SAML_ISSUER = 'https://login.acme.example/saml'

interface SamlStageOptions extends Partial<SamlProviderOptions> {
  readonly clock?: HandClock
  readonly connection?: Partial<ConnectionSettings>
  /** Changes the connection's own settings; undefined leaves one out. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly publicUrl?: URL
}

/** A SAML connection, its identity provider, and somebody who goes there and comes back. */
export const samlStage = ({
  clock = createHandClock(),
  connection,
  settings,
  publicUrl = PUBLIC_URL,
  ...options
}: SamlStageOptions = {}) => {
  const provider = samlIdentityProvider({
    issuer: SAML_ISSUER,
    signInUrl: 'https://login.acme.example/saml/sign-in',
    metadataUrl: 'https://login.acme.example/saml/metadata',
    now: clock.now,
    ...options,
  })
  const type = samlType({ fetch: provider.fetch, clock, randomness: { bytes: randomBytes }, publicUrl })
  const written = Object.entries({ issuer: provider.issuer, metadataUrl: provider.metadataUrl, ...settings })
  const own = Object.fromEntries(written.filter(([, value]) => value !== undefined))
  const opened = type.open(settingsOf(type.type, { ...connection, settings: own }))
  if (opened.kind !== 'redirect') throw new Error('not a redirect connection')
  return { ...goingAndComing(opened, clock, formVisitAt), provider, clock, type, connection: opened, visit: formVisitAt }
}

export type SamlStage = ReturnType<typeof samlStage>
