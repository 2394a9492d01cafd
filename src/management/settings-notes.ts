import type { ConnectionSettings, RelyingParty, Settings } from '#kernel/settings.ts'
import { isWithin } from '#lib/mail-domain.ts'

/** What holds and may not have been meant, in words for whoever declared it. */
export const settingsNotes = ({
  relyingParties,
  connections,
  targets,
}: Pick<Settings, 'relyingParties' | 'connections' | 'targets'>): readonly string[] => [
  ...relyingParties.flatMap((party) => {
    const its = connections.filter(({ name, disabled }) => party.connections.includes(name) && !disabled)
    return [...sharedRealms(party, its), ...ownRealms(party, its)]
  }),
  ...sharedCallback(connections),
  ...relyingParties.flatMap((party) => unfederated(party, targets)),
]

const sharedRealms = ({ clientId }: RelyingParty, connections: readonly ConnectionSettings[]): readonly string[] => {
  const byDomain = Map.groupBy(
    connections.flatMap(({ name, homeRealms }) => [...new Set(homeRealms)].map((domain) => ({ name, domain }))),
    ({ domain }) => domain,
  )
  return [...byDomain].flatMap(([domain, all]) =>
    all.length < 2 ? [] : [`relying party ${clientId}: people of ${domain} choose between ${listOf(all.map(({ name }) => name))}`],
  )
}

/** Names of accounts we gave say nothing about where their people come from. */
const ownRealms = ({ clientId, domains }: RelyingParty, connections: readonly ConnectionSettings[]): readonly string[] =>
  connections
    .filter(({ directory }) => directory === undefined)
    .flatMap(({ name, homeRealms }) =>
      homeRealms
        .filter((realm) => isWithin(realm, Object.keys(domains)))
        .map((realm) => `relying party ${clientId}: ${realm} is federated with Usher, so it leads nobody to connection ${name}`),
    )

/** Accounts are made, and no token can be. */
const unfederated = ({ clientId, domains, target }: RelyingParty, targets: Settings['targets']): readonly string[] =>
  targets
    .filter(({ name, domain }) => name === target && !isWithin(domain, Object.keys(domains)))
    .map(
      ({ name, domain }) =>
        `relying party ${clientId}: target ${name} makes accounts in ${domain}, which has no issuer in \`domains\`, so nobody of them can sign in`,
    )

/** Only the provider's own name in its answer (RFC 9207) tells answers apart that come back to one address. */
const sharedCallback = (connections: readonly ConnectionSettings[]): readonly string[] => {
  const sharing = connections.filter(({ legacyCallback, disabled }) => legacyCallback === true && !disabled).map(({ name }) => name)
  if (sharing.length < 2) return []
  return [`connections ${listOf(sharing)} share /login/callback: register an address of its own for each when you can`]
}

const listOf = (names: readonly string[]): string => [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(' and ')
