import type { AppRegistration, DirectoryUser, Domain, ServicePlan, Sku, WorldState } from './world-state.ts'

export const TENANT_ID = 'c0ff1ce0-6b1d-4f2a-9a44-0d5e6c7b8a90'
export const USHER_CLIENT_ID = '0b5e7a11-3c4d-4e5f-8a6b-7c8d9e0f1a2b'
export const GUEST_DOMAIN = 'guests.contoso.example'
export const EMPLOYEE_DOMAIN = 'employees.contoso.example'
export const INITIAL_DOMAIN = 'contoso.onmicrosoft.com'

const EXCHANGE = '9aaf7827-d63c-4b61-89c3-182f06f82e5c'
const SHAREPOINT = 'c7699d2e-19aa-44de-8edf-1736da088ca1'
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929'
const OFFICE_APPS = '094e7854-93fc-4d55-b2c0-3ab5369ebdc1'
const EXCHANGE_FRONTLINE = '4a82b400-a79f-41a4-b4e2-e94f5787b113'
const SHAREPOINT_FRONTLINE = '902b47e5-dcb2-4fdc-858b-c63a90a2bdb9'

const plan = (
  servicePlanId: string,
  servicePlanName: string,
  rules: Partial<Pick<ServicePlan, 'dependsOn' | 'excludes'>> = {},
): ServicePlan => ({ servicePlanId, servicePlanName, dependsOn: [], excludes: [], ...rules })

const exchange = plan(EXCHANGE, 'EXCHANGE_S_STANDARD', { excludes: [EXCHANGE_FRONTLINE] })
const sharePoint = plan(SHAREPOINT, 'SHAREPOINTSTANDARD', { excludes: [SHAREPOINT_FRONTLINE] })
const teams = plan(TEAMS, 'TEAMS1')

const skus: readonly Sku[] = [
  {
    skuId: 'f245ecc8-75af-4f8e-b61f-27d8114de5f3',
    skuPartNumber: 'O365_BUSINESS_PREMIUM',
    name: 'Microsoft 365 Business Standard',
    enabled: 25,
    heldByOthers: 14,
    capabilityStatus: 'Enabled',
    servicePlans: [exchange, sharePoint, teams, plan(OFFICE_APPS, 'OFFICE_BUSINESS', { dependsOn: [SHAREPOINT] })],
  },
  {
    skuId: '3b555118-da6a-4418-894f-7df1e2096870',
    skuPartNumber: 'O365_BUSINESS_ESSENTIALS',
    name: 'Microsoft 365 Business Basic',
    enabled: 10,
    heldByOthers: 6,
    capabilityStatus: 'Enabled',
    servicePlans: [exchange, sharePoint, teams],
  },
  {
    skuId: '4b585984-651b-448a-9e53-3b10f069cf7f',
    skuPartNumber: 'DESKLESSPACK',
    name: 'Office 365 F3',
    enabled: 5,
    heldByOthers: 5,
    capabilityStatus: 'Enabled',
    servicePlans: [
      plan(EXCHANGE_FRONTLINE, 'EXCHANGE_S_DESKLESS', { excludes: [EXCHANGE] }),
      plan(SHAREPOINT_FRONTLINE, 'SHAREPOINTDESKLESS', { excludes: [SHAREPOINT] }),
    ],
  },
]

const domain = (name: string, isInitial = false): Domain => ({
  name,
  authenticationType: 'Managed',
  isInitial,
  isDefault: isInitial,
})

const usherApp: AppRegistration = {
  clientId: USHER_CLIENT_ID,
  displayName: 'Usher',
  secrets: [],
  certificates: [],
  roles: ['User.ReadWrite.All', 'LicenseAssignment.ReadWrite.All'],
}

const FOUNDED = '2025-01-15T08:00:00Z'

/** A person the organization made itself. */
const employee = (id: string, given: string, surname: string, at: { domain: string; immutableId?: string }): DirectoryUser => ({
  id,
  userPrincipalName: `${given}.${surname}@${at.domain}`.toLowerCase(),
  displayName: `${given} ${surname}`,
  mailNickname: `${given}.${surname}`.toLowerCase(),
  givenName: given,
  surname,
  accountEnabled: true,
  userType: 'Member',
  usageLocation: 'DE',
  assignedLicenses: [],
  createdDateTime: FOUNDED,
  signInSessionsValidFromDateTime: FOUNDED,
  properties: {},
  madeBy: 'administrator',
  ...(at.immutableId === undefined ? {} : { onPremisesImmutableId: at.immutableId }),
})

/** People who were there before Usher. Nothing may ever change them. */
export const employees: readonly DirectoryUser[] = [
  employee('7d0f6a52-1f0e-4c57-9c0a-3f5f2f8c1a01', 'Megan', 'Bowen', { domain: INITIAL_DOMAIN }),
  employee('7d0f6a52-1f0e-4c57-9c0a-3f5f2f8c1a02', 'Erika', 'Vogt', {
    domain: EMPLOYEE_DOMAIN,
    immutableId: 'employee-0001',
  }),
  employee('7d0f6a52-1f0e-4c57-9c0a-3f5f2f8c1a03', 'Jonas', 'Falk', {
    domain: EMPLOYEE_DOMAIN,
    immutableId: 'employee-0002',
  }),
]

const byKey = <T>(rows: readonly T[], key: (row: T) => string): Record<string, T> => Object.fromEntries(rows.map((row) => [key(row), row]))

/** The tenant as it is on its first day: its domains are not federated yet, and Usher's app has no credential. */
export const foundTenant = (tokenKey: string): WorldState => ({
  tenantId: TENANT_ID,
  tenantName: 'contoso',
  runs: 0,
  tokenKey,
  domains: byKey([domain(INITIAL_DOMAIN, true), domain(GUEST_DOMAIN), domain(EMPLOYEE_DOMAIN)], ({ name }) => name),
  apps: byKey([usherApp], ({ clientId }) => clientId),
  skus: byKey(skus, ({ skuId }) => skuId),
  users: byKey(
    employees.map((user) => ({ versions: [{ user, at: 0, graphAt: [0, 0, 0], signInAt: 0 }] })),
    ({ versions }) => versions[0]?.user.id ?? '',
  ),
  googleClients: {},
})
