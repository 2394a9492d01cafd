import type { PlannedConnection } from './connections.ts'
import type { Findings } from './findings.ts'
import type { ImportPlan, ImportSurroundings, ImportWishes } from './planned.ts'
import { type Found, isRecord, isText } from './reading.ts'
import { shellWord } from './shell-word.ts'

export interface Parties {
  readonly declared: readonly object[]
  readonly domains: ImportPlan['domains']
  /** Client ids of Microsoft 365 that are known. */
  readonly clientIds: readonly string[]
}

interface Parts {
  readonly findings: Findings
  readonly wishes: ImportWishes
  readonly around: ImportSurroundings
  readonly connections: readonly PlannedConnection[]
}

const CLIENT_ID = /^[A-Za-z0-9_-]{1,64}$/
const NOT_FOR_US = 'applications that are not Microsoft 365 do not come over'

/** Applications of the kind `office365` as relying parties. Auth0's other applications are not Usher's business. */
export const planParties = (clients: readonly Found[], parts: Parts): Parties => {
  const ours = clients.filter(({ value }) => isOffice(value))
  const others = clients.length - ours.length
  if (others > 0) parts.findings.add('left', `${others} ${NOT_FOR_US}`)
  if (ours.length === 0 && others > 0) tellNone(clients, parts.findings)
  tellUnknown(clients, parts)
  const parties = ours.flatMap((found) => planParty(found, parts) ?? [])
  return {
    declared: parties.map(({ declared }) => declared),
    domains: parties.flatMap(({ domains, clientId, issuerOf }) =>
      domains.map((domain) => ({ domain, clientId, issuer: issuerOf(domain) })),
    ),
    clientIds: parties.map(({ clientId }) => clientId),
  }
}

const isOffice = ({ app_type: type, addons }: Found['value']): boolean =>
  type === 'office365' || (isRecord(addons) && isRecord(addons['office365']))

/** Whoever mistypes a name would wonder. */
const tellUnknown = (clients: readonly Found[], { wishes, findings }: Parts): void => {
  for (const name of Object.keys(wishes.clientIds))
    if (!clients.some(({ value }) => value['name'] === name))
      findings.add('needs', `--map ${name}: the export has no application of that name`)
}

const NONE =
  'no application is of the kind `office365`, so nobody comes to Microsoft 365 from here before `usher apply` declares a relying party'

const tellNone = (clients: readonly Found[], findings: Findings): void => {
  findings.add('needs', NONE)
  for (const { file, value } of clients)
    if (speaksWithMicrosoft(value))
      findings.add(
        'needs',
        `application ${value['name']} speaks WS-Federation with Microsoft: declare the relying party with its client ID`,
        file,
      )
}

const speaksWithMicrosoft = ({ addons, callbacks }: Found['value']): boolean =>
  isRecord(addons) && isRecord(addons['wsfed']) && [callbacks].flat().some((one) => isText(one) && MICROSOFT.test(one))

const MICROSOFT = /^https:\/\/login\.microsoftonline\.com\//

const planParty = (found: Found, parts: Parts) => {
  const name = isText(found.value['name']) ? found.value['name'] : 'Microsoft 365'
  const clientId = clientIdOf(found, name, parts)
  const target = targetOf(found, parts)
  const domains = domainsOf(found, parts)
  const connections = connectionsOf(found, name, { clientId, parts })
  if (clientId === undefined || target === undefined || domains.length === 0 || connections.length === 0) return undefined
  const issuerOf = (domain: string): string => new URL(`/issuer/${domain}`, parts.around.publicUrl).href
  const declared = {
    clientId,
    name,
    target,
    connections,
    // Auth0 let in whoever its rules did not turn away.
    admission: { policy: 'rule' },
    domains: Object.fromEntries(domains.map((domain) => [domain, { issuer: issuerOf(domain) }])),
  }
  return { declared, domains, clientId, issuerOf }
}

const clientIdOf = ({ file, value }: Found, name: string, { wishes, findings }: Parts): string | undefined => {
  const said = wishes.clientIds[name] ?? value['client_id']
  if (isText(said) && CLIENT_ID.test(said)) return said
  const why = 'rules compare it and Microsoft’s addresses contain it; you see it in the address of the application’s page'
  findings.add(
    'problem',
    `application ${name}: the export does not tell its client ID (${why}). Give it as --map ${shellWord(`${name}=CLIENT_ID`)}`,
    file,
  )
  return undefined
}

const targetOf = ({ file }: Found, { wishes, around, findings }: Parts): string | undefined => {
  const { targets } = around
  const chosen = wishes.target ?? (targets.length === 1 ? targets[0] : undefined)
  if (chosen !== undefined && targets.includes(chosen)) return chosen
  const how =
    targets.length === 0
      ? 'declare one first with `usher apply` (docs/guides/microsoft-365.md)'
      : `choose one with --target: ${targets.join(', ')}`
  const why = chosen === undefined ? 'it is open in which target its people get accounts' : `there is no target ${chosen}`
  findings.add('problem', `${why}; ${how}`, file)
  return undefined
}

const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/

const domainsOf = ({ file, value }: Found, { findings }: Parts): readonly string[] => {
  const addons = isRecord(value['addons']) ? value['addons'] : {}
  const office = isRecord(addons['office365']) ? addons['office365'] : {}
  const written = [office['domain']].flat().filter(isText)
  const domains = written.flatMap((one) => one.split(/[\s,;]+/)).map((one) => one.toLowerCase())
  const good = domains.filter((one) => DOMAIN.test(one))
  if (good.length === 0 || good.length < domains.length)
    findings.add('problem', 'addons.office365.domain: the federated domain is missing or is none', file)
  return good
}

const TAKE_AWAY = 'take away with `usher apply` those by which nobody should come to Microsoft 365'

interface Enabling {
  readonly clientId: string | undefined
  readonly parts: Parts
}

/** The export names applications in a connection, by name or by id, and not the other way round. */
const connectionsOf = ({ file }: Found, name: string, { clientId, parts }: Enabling): readonly string[] => {
  const { connections, findings } = parts
  const isSilent = connections.every(({ enabledClients }) => enabledClients === undefined)
  if (isSilent && connections.length > 0)
    findings.add(
      'needs',
      `application ${name}: the export does not say which connections it has, so it gets all of them; ${TAKE_AWAY}`,
      file,
    )
  const enabled = connections.filter(
    ({ enabledClients }) => isSilent || enabledClients?.some((one) => one === name || one === clientId) === true,
  )
  if (enabled.length === 0)
    findings.add('problem', `application ${name}: none of its connections comes over, so nobody could sign in`, file)
  return enabled.map((one) => one.name)
}
