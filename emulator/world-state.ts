/** What Microsoft keeps about the tenant. Property names of people and licenses are Graph's own. */
export interface WorldState {
  readonly tenantId: string
  readonly tenantName: string
  /** How often this world was opened; part of the seed, so that a second run makes other ids. */
  runs: number
  /** Signs the access tokens of this tenant, base64. */
  readonly tokenKey: string
  readonly domains: Record<string, Domain>
  readonly apps: Record<string, AppRegistration>
  readonly skus: Record<string, Sku>
  readonly users: Record<string, UserHistory>
  /** Clients of the pretend Google, by client id. */
  readonly googleClients: Record<string, GoogleClient>
  /** Clients of the other pretend providers, by site and client id; missing in files from before there were any. */
  socialClients?: Readonly<Record<string, GoogleClient>>
}

export interface GoogleClient {
  readonly secret: string
  /** Compared exactly. */
  readonly redirectUris: readonly string[]
}

/** Where a domain's people sign in. */
export interface Domain {
  readonly name: string
  readonly authenticationType: 'Managed' | 'Federated'
  readonly isInitial: boolean
  readonly isDefault: boolean
  readonly federation?: Federation
}

/** `internalDomainFederation` of Microsoft Graph v1.0, under its own names. */
export interface Federation {
  readonly id: string
  readonly displayName: string
  readonly issuerUri: string
  readonly passiveSignInUri: string
  readonly signOutUri?: string
  readonly activeSignInUri?: string
  readonly metadataExchangeUri?: string
  /** Base64 DER, without armor. */
  readonly signingCertificate: string
  readonly nextSigningCertificate?: string
  readonly preferredAuthenticationProtocol: 'wsFed' | 'saml'
  readonly promptLoginBehavior: 'nativeSupport' | 'translateToFreshPasswordAuthentication' | 'disabled'
  readonly federatedIdpMfaBehavior: 'acceptIfMfaDoneByFederatedIdp' | 'enforceMfaByFederatedIdp' | 'rejectMfaByFederatedIdp'
}

export interface AppRegistration {
  readonly clientId: string
  readonly displayName: string
  readonly secrets: readonly string[]
  /** PEM. */
  readonly certificates: readonly string[]
  /** Application permissions an administrator consented to. */
  readonly roles: readonly string[]
}

export interface ServicePlan {
  readonly servicePlanId: string
  readonly servicePlanName: string
  readonly dependsOn: readonly string[]
  readonly excludes: readonly string[]
}

export interface Sku {
  readonly skuId: string
  readonly skuPartNumber: string
  /** What people call it. */
  readonly name: string
  /** Seats that were paid for. */
  readonly enabled: number
  /** Seats held by people who are not part of this little world. */
  readonly heldByOthers: number
  readonly capabilityStatus: 'Enabled' | 'Warning' | 'Suspended'
  readonly servicePlans: readonly ServicePlan[]
}

export interface AssignedLicense {
  readonly skuId: string
  readonly disabledPlans: readonly string[]
}

export interface DirectoryUser {
  readonly id: string
  readonly userPrincipalName: string
  readonly displayName: string
  readonly mailNickname: string
  readonly accountEnabled: boolean
  readonly userType: 'Member' | 'Guest'
  readonly onPremisesImmutableId?: string
  readonly usageLocation?: string
  readonly givenName?: string
  readonly surname?: string
  readonly assignedLicenses: readonly AssignedLicense[]
  /** ISO 8601, as are the other two. */
  readonly createdDateTime: string
  /** Soft-deleted when set. */
  readonly deletedDateTime?: string
  readonly signInSessionsValidFromDateTime: string
  /** Whatever else was written, by Graph's names: companyName, otherMails, employeeType, onPremisesExtensionAttributes… */
  readonly properties: Readonly<Record<string, unknown>>
  /** The client id of the app that made this person, or `administrator`. */
  readonly madeBy: string
}

/** One state of a person, and when each reader gets to know it (milliseconds since the epoch). */
export interface UserVersion {
  /** Undefined when the person was removed for good. */
  readonly user?: DirectoryUser
  readonly at: number
  readonly graphAt: readonly number[]
  readonly signInAt: number
}

/** Oldest first; the last one is the truth. */
export interface UserHistory {
  versions: readonly UserVersion[]
}
