import type { Clock } from '#kernel/clock.ts'
import type { TargetSettings } from '#kernel/settings.ts'
import type { CloudAddresses } from './clouds.ts'
import { exchange, type Fetch } from './exchange.ts'

export interface TenantNamesParts {
  readonly settings: Pick<TargetSettings, 'tenant'>
  readonly cloud: CloudAddresses
  readonly fetch: Fetch
  readonly clock: Clock
}

/** Whether a name is another one of the target's tenant: any of its domains, the first one of `onmicrosoft.com` included. */
export type TenantNames = (name: string) => Promise<boolean>

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const DOMAIN = /^(?=.{3,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
const MOST_REMEMBERED = 100

/** Asks the tenant's OpenID metadata, which is public; what Microsoft said once is remembered. */
export const tenantNames = (parts: TenantNamesParts): TenantNames => {
  const known = new Map<string, string>()
  const idOf = async (name: string): Promise<string | undefined> => {
    if (GUID.test(name)) return name
    const remembered = known.get(name)
    if (remembered !== undefined || !DOMAIN.test(name)) return remembered
    const id = await idAtMicrosoft(name, parts)
    if (id !== undefined && known.size < MOST_REMEMBERED) known.set(name, id)
    return id
  }
  return async (name) => {
    const [id, own] = [await idOf(name.toLowerCase()), await idOf(parts.settings.tenant.toLowerCase())]
    return id !== undefined && id === own
  }
}

/** Undefined when there is no such tenant, and also when nobody says: a name that cannot be checked is nobody's. */
const idAtMicrosoft = async (name: string, parts: TenantNamesParts): Promise<string | undefined> => {
  const url = `${parts.cloud.login}/${name}/v2.0/.well-known/openid-configuration`
  const answer = await exchange(parts, url, { method: 'GET', headers: { accept: 'application/json' } }).catch(() => undefined)
  return answer?.status === 200 ? idIn(answer.json) : undefined
}

/** The issuer is the tenant's id between the authority and the version. */
const idIn = (json: unknown): string | undefined => {
  const issuer = typeof json === 'object' && json !== null && 'issuer' in json ? json.issuer : undefined
  const id = typeof issuer === 'string' ? /^https?:\/\/[^/]+\/([^/]+)\/v2\.0$/.exec(issuer)?.[1]?.toLowerCase() : undefined
  return id !== undefined && GUID.test(id) ? id : undefined
}
