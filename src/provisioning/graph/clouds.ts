import { UsherError } from '#kernel/errors.ts'
import type { Cloud, TargetSettings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'

/** Where one of Microsoft's clouds answers (contract section 5.14). Base addresses without a trailing slash. */
export interface CloudAddresses {
  readonly login: string
  readonly graph: string
  /** What an access token is asked for. */
  readonly scope: string
}

const cloud = (login: string, graph: string): CloudAddresses => ({
  login: `https://${login}`,
  graph: `https://${graph}`,
  scope: `https://${graph}/.default`,
})

export const clouds: Readonly<Record<Exclude<Cloud, 'local'>, CloudAddresses>> = {
  global: cloud('login.microsoftonline.com', 'graph.microsoft.com'),
  'us-government': cloud('login.microsoftonline.us', 'graph.microsoft.us'),
  'us-dod': cloud('login.microsoftonline.us', 'dod-graph.microsoft.us'),
  china: cloud('login.chinacloudapi.cn', 'microsoftgraph.chinacloudapi.cn'),
}

const localAddress = (address: string): string => {
  const url = URL.parse(address)
  const isLocal = url !== null && /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname)
  if (!isLocal || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new UsherError('settings_invalid', { detail: { field: 'addresses', problem: 'not a loopback address' } })
  return url.href.replace(/\/+$/, '')
}

/**
 * The addresses of a target. Only cloud `local` takes them from the settings, and then they must be loopback.
 * Throws `settings_invalid`.
 */
export const cloudOf = (settings: Pick<TargetSettings, 'cloud' | 'addresses'>): CloudAddresses => {
  const { cloud: name, addresses } = settings
  if (name !== 'local') {
    if (addresses === undefined) return clouds[name]
    throw new UsherError('settings_invalid', { detail: { field: 'addresses', problem: 'only for cloud local' } })
  }
  if (addresses === undefined)
    throw new UsherError('settings_invalid', { detail: { field: 'addresses', problem: 'missing for cloud local' } })
  return { login: localAddress(addresses.login), graph: localAddress(addresses.graph), scope: clouds.global.scope }
}
