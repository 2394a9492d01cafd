import { type ApiParts, type ApiRequest, type ApiResponse, answerApi } from './answer.ts'
import { type ConnectionParts, connectionRoutes } from './connections.ts'
import { doorkeeper } from './doorkeeper.ts'
import type { PrincipalOf } from './principal.ts'
import type { ApiRoute } from './route.ts'
import type { RuleParts } from './rule-book.ts'
import { ruleRoutes } from './rules.ts'
import { rulesConfigRoutes } from './rules-configs.ts'
import { type SessionParts, sessionRoutes } from './sessions.ts'
import { userIdentityRoutes } from './user-identities.ts'
import { type UserParts, userRoutes } from './users.ts'

export type ManagementParts = UserParts &
  RuleParts &
  ConnectionParts &
  SessionParts &
  Omit<ApiParts, 'routes' | 'enter'> & { readonly principal: PrincipalOf }

export interface ManagementApi {
  /** Answers as Auth0's Management API v2 does. Never throws. */
  readonly answer: (request: ApiRequest) => Promise<ApiResponse>
  /** Everything it does; what is not here is not there. */
  readonly routes: readonly ApiRoute[]
}

/** The Management API, for callers from outside and for rules: which of them is said by who `principal` knows. */
export const managementApi = (parts: ManagementParts): ManagementApi => {
  const routes = [
    ...userRoutes(parts),
    ...userIdentityRoutes(parts),
    ...ruleRoutes(parts),
    ...rulesConfigRoutes(parts),
    ...connectionRoutes(parts),
    ...sessionRoutes(parts),
  ]
  const enter = doorkeeper(parts)
  return { routes, answer: (request) => answerApi(request, { ...parts, routes, enter }) }
}
