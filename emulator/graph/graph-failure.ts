/** One entry of an error's `details`. */
export interface FailureDetail {
  readonly code: string
  readonly message: string
  readonly target?: string
}

interface FailureParts {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly details?: readonly FailureDetail[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal in Graph's own words (contract section 5.12); `graph.ts` turns it into the OData error envelope. */
export class GraphFailure extends Error {
  readonly status: number
  readonly code: string
  readonly details: readonly FailureDetail[]
  readonly headers: Readonly<Record<string, string>>

  constructor(parts: FailureParts) {
    super(parts.message)
    this.name = 'GraphFailure'
    this.status = parts.status
    this.code = parts.code
    this.details = parts.details ?? []
    this.headers = parts.headers ?? {}
  }
}

const LOGIN = 'https://login.microsoftonline.com/common/oauth2/authorize'
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000'

/** 400 with the code nearly everything is refused with. */
export const badRequest = (message: string, details?: readonly FailureDetail[]): GraphFailure =>
  new GraphFailure({ status: 400, code: 'Request_BadRequest', message, ...(details === undefined ? {} : { details }) })

/** 400 for what the OData layer itself refuses, before the directory sees it. */
export const malformed = (message: string): GraphFailure => new GraphFailure({ status: 400, code: 'BadRequest', message })

export const invalidValue = (property: string): GraphFailure =>
  badRequest(`Invalid value specified for property '${property}' of resource 'User'.`, [
    {
      code: 'InvalidValue',
      message: `Invalid value specified for property '${property}' of resource 'User'.`,
      target: property,
    },
  ])

export const missingValue = (property: string): GraphFailure =>
  badRequest(`A value is required for property '${property}' of resource 'User'.`, [
    {
      code: 'MissingValue',
      message: `A value is required for property '${property}' of resource 'User'.`,
      target: property,
    },
  ])

/** The conflict that names its property: the user principal name, or a proxy address. */
export const namedConflict = (property: 'userPrincipalName' | 'proxyAddresses'): GraphFailure => {
  const message = `Another object with the same value for property ${property} already exists.`
  return badRequest(message, [{ code: 'ObjectConflict', message, target: property }])
}

/** The conflict that does not say which value is taken: how a taken immutable id is refused. */
export const anonymousConflict = (): GraphFailure => {
  const message = 'A conflicting object with one or more of the specified property values is present in the directory.'
  return badRequest(message, [{ code: 'ConflictingObjects', message }])
}

export const resourceNotFound = (key: string): GraphFailure =>
  new GraphFailure({
    status: 404,
    code: 'Request_ResourceNotFound',
    message: `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
  })

export const denied = (): GraphFailure =>
  new GraphFailure({
    status: 403,
    code: 'Authorization_RequestDenied',
    message: 'Insufficient privileges to complete the operation.',
  })

export const unauthenticated = (message: string): GraphFailure =>
  new GraphFailure({
    status: 401,
    code: 'InvalidAuthenticationToken',
    message,
    headers: { 'www-authenticate': `Bearer realm="", authorization_uri="${LOGIN}", client_id="${GRAPH_APP_ID}"` },
  })

export const tooManyRequests = (retryAfterSeconds: number | undefined): GraphFailure =>
  new GraphFailure({
    status: 429,
    code: 'TooManyRequests',
    message: 'Too many requests.',
    headers: {
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      'x-ms-throttle-scope': 'Tenant_Application/ReadWrite/app/tenant',
      'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
      'x-ms-throttle-limit-percentage': '1.1',
    },
  })

export const serviceUnavailable = (retryAfterSeconds: number | undefined): GraphFailure =>
  new GraphFailure({
    status: 503,
    code: 'Service_ServiceUnavailable',
    message: 'Service is temporarily unavailable. Please wait and retry again.',
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  })

export const gatewayTimeout = (): GraphFailure =>
  new GraphFailure({ status: 504, code: 'UnknownError', message: 'The gateway did not receive an answer in time.' })

export const concurrencyViolation = (): GraphFailure =>
  new GraphFailure({
    status: 409,
    code: 'Directory_ConcurrencyViolation',
    message: 'A conflict occurred because another request changed the same object. Please retry.',
  })

export const internalError = (): GraphFailure =>
  new GraphFailure({ status: 500, code: 'generalException', message: 'General exception while processing' })

/** What this emulator has not learned yet. Never an answer of Microsoft's: a test that meets it must fail. */
export const missing = (what: string): GraphFailure =>
  new GraphFailure({
    status: 501,
    code: 'NotImplemented',
    message: `This emulator does not have ${what}.`,
    headers: { 'x-emulator-missing': what },
  })

/** What the caller has no business calling. Never an answer of Microsoft's. */
export const refused = (call: string): GraphFailure =>
  new GraphFailure({
    status: 403,
    code: 'Authorization_RequestDenied',
    message: `This emulator was told to refuse ${call}.`,
    headers: { 'x-emulator-refused': call },
  })
