import { UsherError } from '#kernel/errors.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { TokenWishes } from '#kernel/transaction.ts'

/** The claims whose values are the account row's: a name ID can be one of them, nothing else. */
const NAME_ID_PROBES: ReadonlyMap<string, 'immutableId' | 'userPrincipalName'> = new Map([
  ['http://schemas.microsoft.com/liveid/federation/2008/05/immutableid', 'immutableId'],
  ['http://schemas.xmlsoap.org/claims/upn', 'userPrincipalName'],
  ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn', 'userPrincipalName'],
])

/** The first probe that names a value of the subject; undefined leaves the name ID as it is. */
export const wishedNameId = ({ nameIdentifierProbes = [] }: TokenWishes): 'immutableId' | 'userPrincipalName' | undefined =>
  nameIdentifierProbes.flatMap((probe) => NAME_ID_PROBES.get(probe.toLowerCase()) ?? [])[0]

/** An issuer that a rule names must be one the relying party knows for one of its domains. Throws `token_refused`. */
export const wishedIssuer = (issuer: string, { domains }: Pick<RelyingParty, 'domains'>, wishes: TokenWishes | undefined): string => {
  const wished = wishes?.issuer
  if (wished === undefined || wished === issuer) return issuer
  const isKnown = Object.values(domains).some((domain) => domain.issuer === wished)
  if (!isKnown) throw new UsherError('token_refused', { detail: { reason: 'context.samlConfiguration.issuer is no domain’s' } })
  return wished
}

/**
 * The relying party with the audience and the lifetime a rule wants: never another relying party's audience, and never
 * longer than its own lifetime. Throws `token_refused`.
 */
export const wishedParty = (relyingParty: RelyingParty, wishes: TokenWishes, settings: Pick<Settings, 'relyingParties'>): RelyingParty => {
  const realm = wishes.audience ?? relyingParty.realm
  const isForeign = settings.relyingParties.some((other) => other.clientId !== relyingParty.clientId && other.realm === realm)
  if (realm !== relyingParty.realm && isForeign)
    throw new UsherError('token_refused', { detail: { reason: 'context.samlConfiguration.audience is another relying party’s' } })
  const lifetimeSeconds = Math.min(wishes.lifetimeSeconds ?? relyingParty.lifetimeSeconds, relyingParty.lifetimeSeconds)
  return { ...relyingParty, realm, lifetimeSeconds }
}
