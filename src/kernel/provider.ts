import type { ConnectionSettings } from './settings.ts'

/** Auth0's word for a kind of connection, and how the ids of its people begin. */
export interface Provider {
  readonly name: string
  readonly isSocial: boolean
  /** Whether the connection's name stands in the ids of its people, because one kind may have many. */
  readonly hasConnectionInId: boolean
}

const providers: Readonly<Record<string, Provider>> = {
  database: { name: 'auth0', isSocial: false, hasConnectionInId: false },
  google: { name: 'google-oauth2', isSocial: true, hasConnectionInId: false },
  'google-workspace': { name: 'google-apps', isSocial: false, hasConnectionInId: false },
  linkedin: { name: 'linkedin', isSocial: true, hasConnectionInId: false },
  microsoft: { name: 'waad', isSocial: false, hasConnectionInId: false },
  'microsoft-personal': { name: 'windowslive', isSocial: true, hasConnectionInId: false },
  apple: { name: 'apple', isSocial: true, hasConnectionInId: false },
  facebook: { name: 'facebook', isSocial: true, hasConnectionInId: false },
  github: { name: 'github', isSocial: true, hasConnectionInId: false },
  saml: { name: 'samlp', isSocial: false, hasConnectionInId: true },
  ldap: { name: 'ad', isSocial: false, hasConnectionInId: true },
  oidc: { name: 'oidc', isSocial: false, hasConnectionInId: true },
  oauth2: { name: 'oauth2', isSocial: true, hasConnectionInId: true },
}

export const providerOf = ({ type }: Pick<ConnectionSettings, 'type'>): Provider =>
  providers[type] ?? { name: type, isSocial: false, hasConnectionInId: true }

/** What follows the provider in a `user_id`: `google-oauth2|1234`, `oidc|partners|1234`. */
export const providerUserIdOf = (connection: Pick<ConnectionSettings, 'type' | 'name'>, subject: string): string =>
  providerOf(connection).hasConnectionInId ? `${connection.name}|${subject}` : subject

/** How rules and the Management API call a person. */
export const publicIdOf = (connection: Pick<ConnectionSettings, 'type' | 'name'>, subject: string): string =>
  `${providerOf(connection).name}|${providerUserIdOf(connection, subject)}`
