import type { World } from '../world.ts'
import type { Domain, Federation } from '../world-state.ts'

const CLOUD = { cloud_instance_name: 'microsoftonline.com', cloud_audience_urn: 'urn:federation:MicrosoftOnline' }

const publicSignInAddress = (federation: Federation, name: string): string => {
  const joint = federation.passiveSignInUri.includes('?') ? '&' : '?'
  const username = encodeURIComponent(name)
  return `${federation.passiveSignInUri}${joint}username=${username}&wa=wsignin1.0&wtrealm=urn%3afederation%3aMicrosoftOnline&wctx=`
}

/** `/common/userrealm/{name}?api-version=1.0`, as clients without a browser ask. */
export const userRealmForClients = (domain: Domain | undefined): object => {
  if (domain === undefined) return { ver: '1.0', account_type: 'Unknown', ...CLOUD }
  const federation = domain.federation
  if (federation === undefined) return { ver: '1.0', account_type: 'Managed', domain_name: domain.name, ...CLOUD }
  return {
    ver: '1.0',
    account_type: 'Federated',
    domain_name: domain.name,
    federation_protocol: federation.preferredAuthenticationProtocol === 'saml' ? 'SAML20' : 'WSTrust',
    federation_metadata_url: federation.metadataExchangeUri ?? '',
    federation_active_auth_url: federation.activeSignInUri ?? '',
    ...CLOUD,
  }
}

/** The same question in version 2. */
export const userRealm = (domain: Domain | undefined, name: string): object => {
  const common = { Login: name, cloud_instance_name: CLOUD.cloud_instance_name }
  if (domain === undefined) return { NameSpaceType: 'Unknown', ...common }
  if (domain.federation === undefined) return { NameSpaceType: 'Managed', DomainName: domain.name, ...common }
  return {
    NameSpaceType: 'Federated',
    federation_protocol: 'WSTrust',
    AuthURL: publicSignInAddress(domain.federation, name),
    DomainName: domain.name,
    FederationBrandName: domain.federation.displayName,
    TenantBrandingInfo: null,
    ...common,
  }
}

/** `GetUserRealm.srf`, as JSON. */
export const userRealmOfOld = (domain: Domain | undefined, name: string): object => {
  const cloud = { CloudInstanceName: CLOUD.cloud_instance_name, CloudInstanceIssuerUri: CLOUD.cloud_audience_urn }
  if (domain === undefined) return { State: 4, UserState: 1, Login: name, NameSpaceType: 'Unknown', ...cloud }
  if (domain.federation === undefined) {
    return { State: 4, UserState: 1, Login: name, NameSpaceType: 'Managed', DomainName: domain.name, ...cloud }
  }
  return {
    State: 3,
    UserState: 2,
    Login: name,
    NameSpaceType: 'Federated',
    DomainName: domain.name,
    FederationGlobalVersion: -1,
    AuthURL: publicSignInAddress(domain.federation, name),
    FederationBrandName: domain.federation.displayName,
    ...cloud,
  }
}

/** `POST /common/GetCredentialType`, as the sign-in page asks. */
export const credentialType = (domain: Domain | undefined, name: string): object => ({
  Username: name,
  Display: name,
  // Says nothing about whether the person exists: only the domain counts.
  IfExistsResult: 0,
  ThrottleStatus: 0,
  Credentials:
    domain?.federation === undefined
      ? { PrefCredential: 1, HasPassword: true }
      : { PrefCredential: 4, HasPassword: true, FederationRedirectUrl: publicSignInAddress(domain.federation, name) },
  EstsProperties: { UserTenantBranding: null, DomainType: domain?.federation === undefined ? 3 : 4 },
})

/** The domain a typed name or a bare domain belongs to. */
export const domainOfName = (world: World, name: string): Domain | undefined =>
  name.trim() === '' ? undefined : world.domainOf(name.trim())
