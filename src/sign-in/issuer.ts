import { UsherError } from '#kernel/errors.ts'
import type { RelyingParty } from '#kernel/settings.ts'

/** The issuer of the federated root domain the person's name is in. Throws `domain_not_federated`. */
export const issuerFor = (userPrincipalName: string, relyingParty: Pick<RelyingParty, 'domains'>): string => {
  let domain = userPrincipalName.slice(userPrincipalName.lastIndexOf('@') + 1).toLowerCase()
  while (!Object.hasOwn(relyingParty.domains, domain)) {
    const dot = domain.indexOf('.')
    if (dot < 0) throw new UsherError('domain_not_federated')
    domain = domain.slice(dot + 1)
  }
  return relyingParty.domains[domain]?.issuer ?? ''
}
