import type { Settings, TargetSettings } from '#kernel/settings.ts'
import type { BridgedDirectory, BridgedTenants } from './bridged-directory.ts'

interface Parts {
  readonly settings: () => Promise<Settings>
  /** The target's directory; undefined for a target of another type. */
  readonly directory: (settings: TargetSettings) => BridgedDirectory | undefined
}

/** Tenants by the settings in force. */
export const bridgedTenants =
  ({ settings, directory }: Parts): BridgedTenants =>
  async ({ target, relyingParty }) => {
    const { targets, relyingParties } = await settings()
    const known = targets.find(({ name }) => name === target)
    const bridged = known && directory(known)
    if (!known || !bridged) return undefined
    const party = relyingParties.find(({ clientId }) => clientId === relyingParty)
    const domains = [known.domain, ...Object.keys(party?.domains ?? {})].map((domain) => domain.toLowerCase())
    const { tenant, clientId, credential } = known
    return {
      tenant,
      clientId,
      domains: [...new Set(domains)],
      directory: bridged,
      ...(credential.kind === 'secret' && { secret: credential.secret }),
    }
  }
