import { z } from 'zod'
import { host } from './oidc-settings.ts'
import { notFromHere, ownSettings } from '../provider-row.ts'

/**
 * Only people of these Google Workspace domains. Google says in the token itself whose domain somebody belongs to (`hd`);
 * what stands behind the @ of their address says nothing.
 */
export const workspaceDomains = ownSettings({ domains: z.array(host).min(1).max(100) }, ({ domains }) => {
  const [only, another] = domains
  return {
    provider: {
      // Shapes the choice of accounts and nothing else: whoever changes the address gets to choose others.
      parameters: { hd: only !== undefined && another === undefined ? only : '*' },
      read: (claims) => {
        if (typeof claims.hd !== 'string' || !domains.includes(claims.hd.toLowerCase())) throw notFromHere('hd')
        return claims
      },
    },
  }
})
