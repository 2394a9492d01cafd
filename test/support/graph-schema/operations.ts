/** One call of Microsoft Graph v1.0, as the published metadata describes it. */
export interface GraphOperation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/v1.0`; `{…}` stands for one segment. */
  readonly path: string
  /** What a request carries: an entity (then `rows` says which), the parameters of an action, or nothing. */
  readonly request?: RequestShape
  /** Success status and what comes with it. */
  readonly answer: AnswerShape
  /** The entity whose properties `$select` and `$filter` may name. */
  readonly subject?: string
  /** True when an answer without `$select` holds the default property set only. */
  readonly isTrimmed?: boolean
}

export type RequestShape =
  | { readonly kind: 'entity'; readonly name: string; readonly required: readonly string[] }
  | {
      readonly kind: 'parameters'
      readonly rows: Readonly<Record<string, string>>
      readonly required: readonly string[]
      readonly isOptional?: boolean
    }

export type AnswerShape =
  | { readonly status: 200 | 201; readonly kind: 'entity'; readonly name: string; readonly context: string }
  | { readonly status: 200; readonly kind: 'collection'; readonly name: string; readonly context: string }
  | { readonly status: 200; readonly kind: 'value'; readonly type: string; readonly context: string }
  | { readonly status: 204; readonly kind: 'nothing' }

const noContent: AnswerShape = { status: 204, kind: 'nothing' }
const oneUser: AnswerShape = { status: 200, kind: 'entity', name: 'user', context: 'users/$entity' }
const users: AnswerShape = { status: 200, kind: 'collection', name: 'user', context: 'users' }
const newUser: AnswerShape = { status: 201, kind: 'entity', name: 'user', context: 'users/$entity' }
const directoryUser: AnswerShape = { status: 200, kind: 'entity', name: 'user', context: 'directoryObjects/$entity' }

const createUser: RequestShape = {
  kind: 'entity',
  name: 'user',
  required: ['accountEnabled', 'displayName', 'mailNickname', 'passwordProfile', 'userPrincipalName'],
}
const restoreParameters: RequestShape = {
  kind: 'parameters',
  rows: { autoReconcileProxyConflict: 'flag?', newUserPrincipalName: 'text?' },
  required: [],
  isOptional: true,
}
const licenseParameters: RequestShape = {
  kind: 'parameters',
  rows: { addLicenses: '@assignedLicense[]', removeLicenses: 'guid[]' },
  required: ['addLicenses', 'removeLicenses'],
}

const collection = (name: string, context: string): AnswerShape => ({ status: 200, kind: 'collection', name, context })

/** The calls an exchange may be. Anything else is a problem, never skipped. */
export const operations: readonly GraphOperation[] = [
  { method: 'GET', path: '/users', answer: users, subject: 'user', isTrimmed: true },
  { method: 'POST', path: '/users', request: createUser, answer: newUser, isTrimmed: true },
  { method: 'GET', path: '/users/{id}', answer: oneUser, subject: 'user', isTrimmed: true },
  { method: 'PATCH', path: '/users/{id}', request: { kind: 'entity', name: 'user', required: [] }, answer: noContent },
  { method: 'DELETE', path: '/users/{id}', answer: noContent },
  { method: 'POST', path: '/users/{id}/assignLicense', request: licenseParameters, answer: oneUser },
  {
    method: 'POST',
    path: '/users/{id}/revokeSignInSessions',
    answer: { status: 200, kind: 'value', type: 'flag?', context: 'Edm.Boolean' },
  },
  {
    method: 'GET',
    path: '/users/{id}/licenseDetails',
    answer: collection('licenseDetails', "users('{id}')/licenseDetails"),
    subject: 'licenseDetails',
  },
  {
    method: 'GET',
    path: '/directory/deletedItems/microsoft.graph.user',
    answer: users,
    subject: 'user',
    isTrimmed: true,
  },
  { method: 'GET', path: '/directory/deletedItems/{id}', answer: directoryUser, subject: 'user' },
  { method: 'DELETE', path: '/directory/deletedItems/{id}', answer: noContent },
  { method: 'POST', path: '/directory/deletedItems/{id}/restore', request: restoreParameters, answer: directoryUser },
  {
    method: 'GET',
    path: '/subscribedSkus',
    answer: collection('subscribedSku', 'subscribedSkus'),
    subject: 'subscribedSku',
  },
  { method: 'GET', path: '/organization', answer: collection('organization', 'organization'), subject: 'organization' },
  { method: 'GET', path: '/domains', answer: collection('domain', 'domains'), subject: 'domain' },
  {
    method: 'GET',
    path: '/domains/{id}',
    answer: { status: 200, kind: 'entity', name: 'domain', context: 'domains/$entity' },
    subject: 'domain',
  },
  {
    method: 'GET',
    path: '/domains/{id}/federationConfiguration',
    answer: collection('internalDomainFederation', "domains('{id}')/federationConfiguration"),
    subject: 'internalDomainFederation',
  },
]
