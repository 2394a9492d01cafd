import type { Context, Hono } from 'hono'
import { ACCESS_TOKEN_SECONDS, mintAccessToken } from '../access-tokens.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import type { AppRegistration } from '../world-state.ts'
import { isOwnAssertion } from './client-assertion.ts'

interface TokenFailure {
  readonly status: 400 | 401 | 503
  readonly error: string
  readonly code: number
  readonly message: string
}

type Verdict = { readonly app: AppRegistration } | { readonly failure: TokenFailure }

const failures = {
  tenantNotFound: { status: 400, error: 'invalid_request', code: 90002, message: 'Tenant not found.' },
  grantUnsupported: {
    status: 400,
    error: 'unsupported_grant_type',
    code: 70003,
    message: 'The grant type is not supported.',
  },
  scopeInvalid: {
    status: 400,
    error: 'invalid_scope',
    code: 1002012,
    message: 'The scope is not valid: use /.default.',
  },
  appUnknown: {
    status: 400,
    error: 'unauthorized_client',
    code: 700016,
    message: 'Application was not found in the directory.',
  },
  secretWrong: { status: 401, error: 'invalid_client', code: 7000215, message: 'Invalid client secret provided.' },
  assertionWrong: {
    status: 401,
    error: 'invalid_client',
    code: 700027,
    message: 'The certificate or key is not registered on the application.',
  },
  credentialMissing: {
    status: 401,
    error: 'invalid_client',
    code: 7000218,
    message: 'client_assertion or client_secret is required.',
  },
  down: {
    status: 503,
    error: 'temporarily_unavailable',
    code: 90033,
    message: 'A transient error has occurred. Please try again.',
  },
} as const satisfies Record<string, TokenFailure>

const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** `2026-03-02 09:00:00Z` */
const stamp = (now: number): string =>
  new Date(now)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')

const isTenant = (world: World, name: string): boolean =>
  name.toLowerCase() === world.state.tenantId || Object.hasOwn(world.state.domains, name.toLowerCase())

const basicCredential = (header: string | undefined): readonly [string, string] | undefined => {
  if (header === undefined || !/^basic /i.test(header)) return undefined
  const [id = '', secret = ''] = Buffer.from(header.slice('basic '.length), 'base64').toString().split(':')
  return [decodeURIComponent(id), decodeURIComponent(secret)]
}

interface Presented {
  readonly form: URLSearchParams
  readonly secret: string | null
}

const createJudge = ({ world, addresses }: { world: World; addresses: Addresses }) => {
  const audiences = (tenant: string): readonly string[] =>
    [tenant, world.state.tenantId].map((name) => `${addresses.login}/${name}/oauth2/v2.0/token`)
  const scopes = ['https://graph.microsoft.com/.default', `${addresses.graph}/.default`]

  const failureOfRequest = (tenant: string, form: URLSearchParams): TokenFailure | undefined => {
    if (world.scenarios.strike('tokenEndpointDown') !== undefined) return failures.down
    if (!isTenant(world, tenant)) return failures.tenantNotFound
    if (form.get('grant_type') !== 'client_credentials') return failures.grantUnsupported
    return scopes.includes(form.get('scope') ?? '') ? undefined : failures.scopeInvalid
  }

  const judgeCredential = async (app: AppRegistration, tenant: string, { form, secret }: Presented): Promise<Verdict> => {
    if (secret !== null) return app.secrets.includes(secret) ? { app } : { failure: failures.secretWrong }
    const assertion = form.get('client_assertion')
    if (assertion === null || form.get('client_assertion_type') !== BEARER) return { failure: failures.credentialMissing }
    const isOwn = await isOwnAssertion({ app, assertion, audiences: audiences(tenant), now: world.clock.now() })
    return isOwn ? { app } : { failure: failures.assertionWrong }
  }

  return async (tenant: string, form: URLSearchParams, authorization: string | undefined): Promise<Verdict> => {
    const failure = failureOfRequest(tenant, form)
    if (failure !== undefined) return { failure }
    const [clientId, secret] = basicCredential(authorization) ?? [form.get('client_id') ?? '', form.get('client_secret')]
    const app = world.state.apps[clientId]
    return app === undefined ? { failure: failures.appUnknown } : judgeCredential(app, tenant, { form, secret })
  }
}

const refuse = (c: Context, failure: TokenFailure, world: World) => {
  const timestamp = stamp(world.clock.now())
  const traceId = world.random.guid()
  const correlationId = c.req.header('client-request-id') ?? world.random.guid()
  const body = {
    error: failure.error,
    error_description:
      `AADSTS${failure.code}: ${failure.message} Trace ID: ${traceId} ` + `Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [failure.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${failure.code}`,
  }
  return c.json(body, failure.status, { 'cache-control': 'no-store' })
}

/** `/{tenant}/v2.0/.well-known/openid-configuration`: public, and says which tenant a domain belongs to. */
export const addTenantMetadata = (app: Hono, { world, addresses }: { world: World; addresses: Addresses }): void => {
  app.get('/:tenant/v2.0/.well-known/openid-configuration', (c) => {
    if (!isTenant(world, c.req.param('tenant'))) return refuse(c, failures.tenantNotFound, world)
    const authority = `${addresses.login}/${world.state.tenantId}`
    return c.json({ issuer: `${authority}/v2.0`, token_endpoint: `${authority}/oauth2/v2.0/token` })
  })
}

/** `/{tenant}/oauth2/v2.0/token`, client credentials only: secret, Basic, or an assertion signed by certificate. */
export const addTokenEndpoint = (app: Hono, options: { world: World; addresses: Addresses }): void => {
  const { world } = options
  const judge = createJudge(options)
  app.post('/:tenant/oauth2/v2.0/token', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const verdict = await judge(c.req.param('tenant'), form, c.req.header('authorization'))
    if ('failure' in verdict) return refuse(c, verdict.failure, world)
    const { clientId, roles } = verdict.app
    const token = mintAccessToken(world.state, { clientId, roles }, world.clock.now())
    const answer = {
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      ext_expires_in: ACCESS_TOKEN_SECONDS,
      access_token: token,
    }
    return c.json(answer, 200, { 'cache-control': 'no-store' })
  })
}
