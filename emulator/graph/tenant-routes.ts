import type { Domain, WorldState } from '../world-state.ts'
import type { GraphAnswer, GraphCall, GraphRoute } from './graph-call.ts'
import { resourceNotFound } from './graph-failure.ts'
import { collection, type EntitySet, oneEntity } from './odata.ts'
import { type Entity, rowOf } from './odata-filter.ts'

const READ_ORGANIZATION = ['Organization.Read.All', 'Organization.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All']
const READ_DOMAINS = ['Domain.Read.All', 'Domain.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All']
const READ_FEDERATION = [
  'Domain-InternalFederation.Read.All',
  'Domain-InternalFederation.ReadWrite.All',
  'Domain.Read.All',
  'Domain.ReadWrite.All',
]
const FOUNDED = '2025-01-15T08:00:00Z'
const SERVICES = ['Email', 'OfficeCommunicationsOnline']

const organizationEntity = (state: WorldState): Entity => ({
  id: state.tenantId,
  deletedDateTime: null,
  businessPhones: [],
  city: null,
  country: null,
  countryLetterCode: 'DE',
  createdDateTime: FOUNDED,
  defaultUsageLocation: null,
  displayName: state.tenantName,
  onPremisesLastSyncDateTime: null,
  onPremisesSyncEnabled: null,
  postalCode: null,
  preferredLanguage: 'en',
  state: null,
  street: null,
  technicalNotificationMails: [],
  tenantType: 'AAD',
  assignedPlans: [],
  verifiedDomains: Object.values(state.domains).map(({ name, isDefault, isInitial, authenticationType }) => ({
    capabilities: SERVICES.join(', '),
    isDefault,
    isInitial,
    name,
    type: authenticationType,
  })),
})

const domainEntity = (domain: Domain): Entity => ({
  authenticationType: domain.authenticationType,
  availabilityStatus: null,
  id: domain.name,
  isAdminManaged: true,
  isDefault: domain.isDefault,
  isInitial: domain.isInitial,
  isRoot: true,
  isVerified: true,
  manufacturer: null,
  model: null,
  passwordNotificationWindowInDays: null,
  passwordValidityPeriodInDays: null,
  supportedServices: SERVICES,
})

const namesOf = (entity: Entity): ReadonlySet<string> => new Set(Object.keys(entity))

const organizations = (call: GraphCall): GraphAnswer => {
  const entity = organizationEntity(call.world.state)
  return collection({ context: 'organization', type: 'organization', properties: namesOf(entity) }, [rowOf(entity)], call)
}

const domainSet = (entity: Entity): EntitySet => ({ context: 'domains', type: 'domain', properties: namesOf(entity) })

const domains = (call: GraphCall): GraphAnswer => {
  const entities = Object.values(call.world.state.domains).map(domainEntity)
  return collection(domainSet(entities[0] ?? {}), entities.map(rowOf), call)
}

const namedDomain = (call: GraphCall): Domain => {
  const found = call.world.state.domains[call.key.toLowerCase()]
  if (found === undefined) throw resourceNotFound(call.key)
  return found
}

const oneDomain = (call: GraphCall): GraphAnswer => {
  const entity = domainEntity(namedDomain(call))
  return { status: 200, body: oneEntity(domainSet(entity), entity, call.query) }
}

const federation = (call: GraphCall): GraphAnswer => {
  const { name, federation: settings } = namedDomain(call)
  const nothingSet = {
    metadataExchangeUri: null,
    activeSignInUri: null,
    signOutUri: null,
    nextSigningCertificate: null,
    passwordResetUri: null,
    signingCertificateUpdateStatus: null,
    isSignedAuthenticationRequestRequired: false,
  }
  const entities = settings === undefined ? [] : [{ ...nothingSet, ...settings }]
  const set: EntitySet = {
    context: `domains('${name}')/federationConfiguration`,
    type: 'internalDomainFederation',
    properties: namesOf({ ...nothingSet, ...settings }),
  }
  return collection(set, entities.map(rowOf), call)
}

/** The organization and its domains; read only. */
export const tenantRoutes: readonly GraphRoute[] = [
  { method: 'GET', path: '/organization', roles: READ_ORGANIZATION, units: 1, answer: organizations },
  { method: 'GET', path: '/domains', roles: READ_DOMAINS, units: 1, answer: domains },
  { method: 'GET', path: '/domains/{key}', roles: READ_DOMAINS, units: 1, answer: oneDomain },
  {
    method: 'GET',
    path: '/domains/{key}/federationConfiguration',
    roles: READ_FEDERATION,
    units: 1,
    answer: federation,
  },
]
