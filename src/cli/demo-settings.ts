import { Secret } from '#kernel/secret.ts'

/** What the emulated tenant is called on its own side. */
export const DEMO_TENANT = {
  tenant: 'c0ff1ce0-6b1d-4f2a-9a44-0d5e6c7b8a90',
  clientId: '0b5e7a11-3c4d-4e5f-8a6b-7c8d9e0f1a2b',
  guestDomain: 'guests.contoso.example',
  employeeDomain: 'employees.contoso.example',
  businessStandard: 'f245ecc8-75af-4f8e-b61f-27d8114de5f3',
} as const

export const DEMO_CLIENT_ID = 'microsoft365'
export const DEMO_CONNECTIONS = { guests: 'guests', google: 'google', directory: 'staff' } as const
export const DEMO_GOOGLE_CLIENT = 'usher-demo'

const SETTLE_MS = 4_000

interface DemoSecrets {
  readonly entra: string
  readonly google: string
}

type DemoAddresses = Readonly<Record<'login' | 'graph' | 'service' | 'google', string>>

interface DemoConnection {
  readonly name: string
}

/** The settings of the demo, with the addresses of this run and, after Google, more ways to sign in. */
export const demoSettings = (
  publicUrl: URL,
  { addresses }: { readonly addresses: DemoAddresses },
  secrets: DemoSecrets,
  more: readonly DemoConnection[] = [],
) => ({
  targets: [
    {
      name: 'contoso',
      tenant: DEMO_TENANT.tenant,
      clientId: DEMO_TENANT.clientId,
      credential: { kind: 'secret', secret: new Secret(secrets.entra) },
      cloud: 'local',
      addresses: { login: addresses.login, graph: addresses.graph },
      domain: DEMO_TENANT.guestDomain,
      usageLocation: { default: 'DE' },
      licenses: [{ skuId: DEMO_TENANT.businessStandard, cap: 10 }],
      settleMs: SETTLE_MS,
    },
  ],
  connections: [
    {
      name: DEMO_CONNECTIONS.google,
      type: 'google',
      label: 'Google',
      settings: { issuer: addresses.google, clientId: DEMO_GOOGLE_CLIENT, clientSecret: new Secret(secrets.google) },
    },
    ...more,
    { name: DEMO_CONNECTIONS.guests, type: 'database', label: 'a guest password', brand: 'password' },
    {
      name: DEMO_CONNECTIONS.directory,
      type: 'database',
      label: 'a staff password',
      brand: 'directory',
      directory: { immutableIdAttribute: 'immutableId', userPrincipalNameAttribute: 'userPrincipalName' },
    },
  ],
  relyingParties: [
    {
      clientId: DEMO_CLIENT_ID,
      name: 'Contoso’s Microsoft 365',
      target: 'contoso',
      connections: [DEMO_CONNECTIONS.google, ...more.map(({ name }) => name), DEMO_CONNECTIONS.guests, DEMO_CONNECTIONS.directory],
      admission: { policy: 'everyone' },
      replyUrls: [`${addresses.login}/login.srf`],
      signInUrl: `${addresses.login}/login.srf`,
      signOutUrl: `${addresses.login}/logout`,
      domains: {
        [DEMO_TENANT.guestDomain]: { issuer: issuerOf(publicUrl, DEMO_TENANT.guestDomain) },
        [DEMO_TENANT.employeeDomain]: { issuer: issuerOf(publicUrl, DEMO_TENANT.employeeDomain) },
      },
      links: { portal: {}, plan: { deepLink: `${addresses.service}/sites/welcome/plan` } },
      deepLinkPrefixes: [addresses.service],
    },
  ],
})

/** What Entra is told about a domain, as an administrator would with `internalDomainFederation`. */
export const demoFederation = (publicUrl: URL, domain: string, certificates: readonly string[]) => ({
  displayName: 'Usher',
  issuerUri: issuerOf(publicUrl, domain),
  passiveSignInUri: new URL(`/wsfed/${DEMO_CLIENT_ID}`, publicUrl).href,
  signOutUri: new URL(`/wsfed/${DEMO_CLIENT_ID}`, publicUrl).href,
  signingCertificate: certificates[0],
  nextSigningCertificate: certificates[1],
  preferredAuthenticationProtocol: 'wsFed',
  promptLoginBehavior: 'nativeSupport',
  federatedIdpMfaBehavior: 'acceptIfMfaDoneByFederatedIdp',
})

const issuerOf = (publicUrl: URL, domain: string): string => new URL(`/issuer/${domain}`, publicUrl).href
