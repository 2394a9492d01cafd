import { asBase64 } from '../certificates.ts'
import type { AppRegistration, DirectoryUser, Federation, GoogleClient } from '../world-state.ts'

/** What somebody asked of the control API cannot be done as asked. */
export class ControlRefused extends Error {
  readonly status: 400 | 404 | 409

  constructor(status: 400 | 404 | 409, message: string) {
    super(message)
    this.name = 'ControlRefused'
    this.status = status
  }
}

export type Fields = Readonly<Record<string, unknown>>

export const asFields = (body: unknown): Fields => {
  // An object that JSON gave is a record.
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields
  throw new ControlRefused(400, 'The body must be a JSON object.')
}

export const optionalText = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw new ControlRefused(400, `${name} must be text.`)
}

const text = (fields: Fields, name: string): string => {
  const value = optionalText(fields, name)
  if (value === undefined) throw new ControlRefused(400, `${name} is missing.`)
  return value
}

const texts = (fields: Fields, name: string): readonly string[] => {
  const value = fields[name] ?? []
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new ControlRefused(400, `${name} must be a list of texts.`)
}

export const wholeNumber = (fields: Fields, name: string): number => {
  const value = Number(fields[name])
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new ControlRefused(400, `${name} must be a whole number.`)
}

const oneOf = <T extends string>(fields: Fields, name: string, choices: readonly [T, ...T[]]): T => {
  const value = optionalText(fields, name) ?? choices[0]
  const choice = choices.find((one) => one === value)
  if (choice !== undefined) return choice
  throw new ControlRefused(400, `${name} must be one of ${choices.join(', ')}.`)
}

const certificate = (value: string, name: string): string => {
  try {
    return asBase64(value)
  } catch {
    throw new ControlRefused(400, `${name} is not a certificate.`)
  }
}

const given = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  // One key and its value: what the type says.
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string }

/** `internalDomainFederation` with Graph's names. Certificates are taken as PEM, too. Throws `ControlRefused`. */
export const asFederation = (fields: Fields, id: string): Federation => {
  const next = optionalText(fields, 'nextSigningCertificate')
  return {
    id,
    displayName: optionalText(fields, 'displayName') ?? 'Contoso via Usher',
    issuerUri: text(fields, 'issuerUri'),
    passiveSignInUri: text(fields, 'passiveSignInUri'),
    ...given('signOutUri', optionalText(fields, 'signOutUri')),
    ...given('activeSignInUri', optionalText(fields, 'activeSignInUri')),
    ...given('metadataExchangeUri', optionalText(fields, 'metadataExchangeUri')),
    signingCertificate: certificate(text(fields, 'signingCertificate'), 'signingCertificate'),
    ...given('nextSigningCertificate', next === undefined ? next : certificate(next, 'nextSigningCertificate')),
    preferredAuthenticationProtocol: oneOf(fields, 'preferredAuthenticationProtocol', ['wsFed', 'saml']),
    promptLoginBehavior: oneOf(fields, 'promptLoginBehavior', ['nativeSupport', 'translateToFreshPasswordAuthentication', 'disabled']),
    federatedIdpMfaBehavior: oneOf(fields, 'federatedIdpMfaBehavior', [
      'acceptIfMfaDoneByFederatedIdp',
      'enforceMfaByFederatedIdp',
      'rejectMfaByFederatedIdp',
    ]),
  }
}

/** An app registration; what is left out stays as it was. */
export const asApp = (fields: Fields, before: AppRegistration): AppRegistration => ({
  clientId: before.clientId,
  displayName: optionalText(fields, 'displayName') ?? before.displayName,
  secrets: fields['secrets'] === undefined ? before.secrets : texts(fields, 'secrets'),
  certificates: fields['certificates'] === undefined ? before.certificates : texts(fields, 'certificates'),
  roles: fields['roles'] === undefined ? before.roles : texts(fields, 'roles'),
})

export const asGoogleClient = (fields: Fields): GoogleClient => ({
  secret: text(fields, 'secret'),
  redirectUris: texts(fields, 'redirectUris'),
})

/** A person an administrator makes by hand. */
export const asPerson = (fields: Fields, id: string, now: string): DirectoryUser => {
  const userPrincipalName = text(fields, 'userPrincipalName')
  return {
    id,
    userPrincipalName,
    displayName: optionalText(fields, 'displayName') ?? userPrincipalName,
    mailNickname: userPrincipalName.slice(0, Math.max(1, userPrincipalName.lastIndexOf('@'))),
    accountEnabled: fields['accountEnabled'] !== false,
    userType: 'Member',
    ...given('onPremisesImmutableId', optionalText(fields, 'onPremisesImmutableId')),
    ...given('usageLocation', optionalText(fields, 'usageLocation')),
    assignedLicenses: texts(fields, 'skuIds').map((skuId) => ({ skuId, disabledPlans: [] })),
    createdDateTime: now,
    signInSessionsValidFromDateTime: now,
    properties: {},
    madeBy: 'administrator',
  }
}
