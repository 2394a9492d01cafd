import type { Site } from './journal.ts'

/** Where each site answers; origins without a path, Graph's without its version. */
export type Addresses = Readonly<Record<Site, string>>

const hosts: Readonly<Record<Site, string>> = {
  login: 'login.localhost',
  graph: 'graph.localhost',
  service: 'contoso.sharepoint.localhost',
  google: 'accounts.google.localhost',
  linkedin: 'www.linkedin.localhost',
  facebook: 'www.facebook.localhost',
  github: 'github.localhost',
  control: 'control.localhost',
}

export const addressesAt = (port: number): Addresses => ({
  login: `http://${hosts.login}:${port}`,
  graph: `http://${hosts.graph}:${port}`,
  service: `http://${hosts.service}:${port}`,
  google: `http://${hosts.google}:${port}`,
  linkedin: `http://${hosts.linkedin}:${port}`,
  facebook: `http://${hosts.facebook}:${port}`,
  github: `http://${hosts.github}:${port}`,
  control: `http://${hosts.control}:${port}`,
})

/** Some answer programs at a host of their own. */
const apiOf = (site: Site): string | undefined => (site === 'github' ? `api.${hosts.github}` : undefined)

/** The site a request is for; undefined when its Host header names none of ours. */
export const siteOf = (host: string | undefined): Site | undefined => {
  const name = host?.toLowerCase().replace(/:\d+$/, '')
  const sites: readonly Site[] = ['login', 'graph', 'service', 'google', 'linkedin', 'facebook', 'github', 'control']
  return sites.find((site) => hosts[site] === name || apiOf(site) === name)
}
