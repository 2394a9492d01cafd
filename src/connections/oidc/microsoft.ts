import { z } from 'zod'
import type { UpstreamClaims } from '../profile.ts'
import { follows, notFromHere, ownSettings, TENANT } from '../provider-row.ts'

const tenantId = z.guid().transform((id) => id.toLowerCase())

/** The tenant all personal accounts are in. */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'
const CLOUDS = [
  'https://login.microsoftonline.com',
  'https://login.microsoftonline.us',
  'https://login.partner.microsoftonline.cn',
] as const

const shape = {
  /** Whose people: one tenant's, those of any (`organizations`), of personal accounts (`consumers`), or both (`common`). */
  tenant: z.union([z.enum(['common', 'organizations', 'consumers']), tenantId]),
  /** Of many tenants only these. */
  tenants: z.array(tenantId).min(1).max(1_000).optional(),
  /** Tenants whose administrators are trusted to write nobody's address but their people's own. */
  addressTenants: z
    .array(tenantId.refine((id) => id !== PERSONAL, 'personal accounts have no administrator'))
    .min(1)
    .max(1_000)
    .optional(),
  cloud: z.enum(CLOUDS).default(CLOUDS[0]),
  issuer: follows('tenant'),
}

/** Accounts at Microsoft: of work and school, and personal ones (Microsoft identity platform, v2.0). */
export const microsoftAccounts = ownSettings(shape, ({ tenant, tenants, addressTenants = [], cloud }) => {
  const isOne = tenant !== 'common' && tenant !== 'organizations'
  const issuer = `${cloud}/${isOne ? tenantOf(tenant) : TENANT}/v2.0`
  return {
    settings: { issuer },
    provider: {
      ...(!isOne && { descriptionAt: `${cloud}/${tenant}/v2.0/.well-known/openid-configuration` }),
      read: (claims) => {
        assertTenant(claims, tenant, tenants)
        const isTrusted = isOwnAddress(claims) || isOfTenant(claims, addressTenants)
        return { ...claims, email_verified: claims.email !== undefined && isTrusted }
      },
      speaksFor: (_domain, claims) => isOfTenant(claims, addressTenants) || isOwnDomain(claims),
    },
  }
})

/** The same for personal accounts alone. */
export const personalAccounts = ownSettings({ issuer: follows('the type') }, () => ({
  settings: { issuer: `${CLOUDS[0]}/${PERSONAL}/v2.0` },
  provider: { read: (claims) => ({ ...claims, email_verified: claims.email !== undefined }) },
}))

const tenantOf = (tenant: string): string => (tenant === 'consumers' ? PERSONAL : tenant)

const assertTenant = ({ tid }: UpstreamClaims, tenant: string, tenants: readonly string[] | undefined): void => {
  const isUnwanted = tenant === 'organizations' && tid === PERSONAL
  if (typeof tid !== 'string' || isUnwanted || (tenants && !tenants.includes(tid))) throw notFromHere('tid')
}

/**
 * An administrator of any tenant writes any address into `email`. It counts where Microsoft says that the address's domain
 * is the tenant's own (`xms_edov`, an optional claim of the app registration), and for personal accounts, whose addresses
 * Microsoft has made sure of ("Migrate away from using email claims", Microsoft identity platform).
 */
const isOwnAddress = ({ tid, xms_edov: said }: UpstreamClaims): boolean =>
  tid === PERSONAL || said === true || said === 1 || said === '1' || said === 'true'

const isOfTenant = ({ tid }: UpstreamClaims, tenants: readonly string[]): boolean => typeof tid === 'string' && tenants.includes(tid)

/** As `xms_edov` is documented. Of a personal account it says that an address was verified once, and not whose its domain is. */
const isOwnDomain = ({ tid, xms_edov: said }: UpstreamClaims): boolean => tid !== PERSONAL && (said === true || said === 1 || said === '1')
