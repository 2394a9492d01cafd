import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { InnerHost, InnerRequest, InnerResponse, RuleCaller } from '../runner.ts'
import { badRequest, denied, refuse } from './answers.ts'
import { applicantOf, type BridgedTenant, type BridgedTenants } from './bridged-directory.ts'
import { passOn } from './pass-on.ts'
import { type Asked, readRequest } from './reading.ts'
import { bridgeTokens, type BridgeTokens, isForRetired, issueToken, isTokenRequest, tenantUnknown } from './tokens.ts'
import { routeOf } from './routes.ts'

export interface AzureAdGraphParts {
  readonly tenants: BridgedTenants
  /** Whether anything is done for the caller's person: they may have been blocked, or linked to another user, since the rule began. */
  readonly mayAct: (caller: RuleCaller) => Promise<boolean>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  /** The way to Microsoft's token endpoint, for all that is asked there and meant for others. */
  readonly fetch: typeof fetch
}

const LOGIN = 'login.windows.net'
/** Where the same endpoint is today, among much else that is not ours to answer. */
const LOGIN_TODAY = 'login.microsoftonline.com'
const GRAPH = 'graph.windows.net'

/**
 * The Azure AD Graph that Microsoft retired in 2025, and the token endpoint that went with it (contract section 6),
 * answered from Microsoft Graph. Rules go on as they are; the account row decides, and what they may do is what Usher
 * itself would do for the person whose sign-in they run in.
 */
export const azureAdGraph = (parts: AzureAdGraphParts): InnerHost => {
  const tokens = bridgeTokens(parts)
  return {
    names: [LOGIN, LOGIN_TODAY, GRAPH],
    answer: async (request, caller) => {
      const response = await respond(request, caller, { ...parts, tokens }).catch((error: unknown) => failed(error, caller, parts.log))
      parts.log.info('bridge_answered', {
        reference: caller.reference,
        user: caller.userId,
        method: request.method,
        status: response.status,
      })
      return response
    },
  }
}

const failed = (error: unknown, caller: RuleCaller, log: Log): InnerResponse => {
  log.error('bridge_failed', { reference: caller.reference, user: caller.userId, error })
  caller.note('Usher could not answer; its own log says why.')
  return refuse({ status: 503, code: 'Service_Unavailable', message: 'The service is temporarily unavailable.', retryAfterSeconds: 5 })
}

interface Bridge extends AzureAdGraphParts {
  readonly tokens: BridgeTokens
}

const respond = async (request: InnerRequest, caller: RuleCaller, bridge: Bridge): Promise<InnerResponse> => {
  const asked = readRequest(request)
  if (request.host === LOGIN_TODAY && !isForRetired(asked)) return passOn(request, bridge.fetch)
  if (!(await bridge.mayAct(caller))) {
    caller.note('The person is blocked by now, or another user: nothing is done for them.')
    return refuse(denied)
  }
  const tenant = await bridge.tenants(caller)
  if (request.host !== GRAPH) return answerLogin(asked, tenant, caller, bridge)
  return tenant ? answerGraph(asked, tenant, caller, bridge) : refuse(denied)
}

const namesOf = ({ tenant, domains }: BridgedTenant): readonly string[] => [tenant.toLowerCase(), ...domains]

/** Those that the settings say are not asked for. */
const isNameOf = async (name: string, tenant: BridgedTenant): Promise<boolean> =>
  namesOf(tenant).includes(name.toLowerCase()) || tenant.directory.isTenant(name)

const answerLogin = async (asked: Asked, tenant: BridgedTenant | undefined, caller: RuleCaller, bridge: Bridge): Promise<InnerResponse> => {
  const [name = ''] = asked.segments
  if (!isTokenRequest(asked)) return refuse(notFound)
  if (tenant !== undefined && (await isNameOf(name, tenant))) return issueToken(asked, tenant, caller, bridge)
  caller.note(`Tenant ${name.slice(0, 100)} is not the target's. Known are: ${tenant ? namesOf(tenant).join(', ') : 'none'}.`)
  return tenantUnknown(name, bridge.clock.now())
}

const notFound = { status: 404, code: 'Request_ResourceNotFound', message: 'There is no such resource.' }

const unauthorized = {
  status: 401,
  code: 'Authentication_MissingOrMalformed',
  message: 'Access Token missing or malformed.',
}

const answerGraph = async (asked: Asked, tenant: BridgedTenant, caller: RuleCaller, bridge: Bridge): Promise<InnerResponse> => {
  const [name = ''] = asked.segments
  const token = /^Bearer (\S+)$/i.exec(asked.headers['authorization'] ?? '')?.[1] ?? ''
  if (!bridge.tokens.isValid(token, caller)) return refuse(unauthorized)
  if (name !== 'myorganization' && !(await isNameOf(name, tenant))) return refuse(notFound)
  if (!asked.query.get('api-version')) return refuse(badRequest("The 'api-version' query parameter is missing."))
  const route = routeOf(asked)
  if (route === undefined) {
    caller.note(`${asked.method} ${asked.segments.slice(1).join('/')}: not one of the calls that are answered.`)
    return refuse(denied)
  }
  if (asked.wasPromoted) caller.note('A GET with a body was answered as the POST it meant.')
  return route({ asked, tenant, who: applicantOf(caller) })
}
