import type { Desk } from './common.ts'
import { say } from './report.ts'

export type Plan = Awaited<ReturnType<Desk['planAuth0']>>

const MARKS = { problem: '✗', needs: '!', left: '–', note: '·' } as const
const HEADINGS = {
  problem: 'In the way:',
  needs: 'Wants something from you:',
  left: 'Does not come over:',
  note: 'Good to know:',
} as const

/** Everything there is to tell about an export, what is in the way last. */
export const sayPlan = ({ rules, settings, layout, findings, domains }: Plan): void => {
  const count = (kind: 'rule' | 'action') => rules.filter((one) => one.kind === kind).length
  const { connections, relyingParties } = settings
  say(
    `Read as ${layout}: ${count('rule')} rules, ${count('action')} actions, ${connections.length} connections, ${relyingParties.length} relying parties`,
  )
  for (const { name, kind, order, enabled } of rules) say(`  ${kind} ${name}  order ${order}${enabled ? '' : '  disabled'}`)
  for (const { name, type } of connections) say(`  connection ${name}  ${type}`)
  for (const { domain, clientId } of domains) say(`  relying party ${clientId} for ${domain}`)
  for (const kind of ['note', 'left', 'needs', 'problem'] as const) sayFindings(findings, kind)
}

const sayFindings = (findings: Plan['findings'], kind: keyof typeof MARKS): void => {
  const told = findings.filter((one) => one.kind === kind)
  if (told.length > 0) say(HEADINGS[kind])
  for (const { file, text } of told) say(`  ${MARKS[kind]} ${file === undefined ? '' : `${file}: `}${text}`)
}

/** PowerShell that points a federated domain here; as docs/guides/microsoft-365.md has it. */
export const federationCommands = (
  { domain, clientId, issuer }: Plan['domains'][number],
  [first = '', second]: readonly string[],
): readonly string[] => {
  const before = `federation-before.${domain}.json`
  const passive = new URL(`/wsfed/${clientId}`, issuer).href
  return [
    `# ${domain}: keep ${before}, it is the way back.`,
    'Connect-MgGraph -Scopes Domain-InternalFederation.ReadWrite.All, Domain.ReadWrite.All',
    `$federation = Get-MgDomainFederationConfiguration -DomainId ${domain}`,
    '$federation | ConvertTo-Json -Depth 5',
    // A second run would keep what the first one wrote.
    `if (-not (Test-Path ${before})) { $federation | ConvertTo-Json -Depth 5 | Set-Content ${before} }`,
    'Update-MgDomainFederationConfiguration `',
    `  -DomainId ${domain} -InternalDomainFederationId $federation.Id \``,
    `  -IssuerUri ${issuer} \``,
    `  -PassiveSignInUri ${passive} -SignOutUri ${passive} \``,
    `  -SigningCertificate "${first}" \``,
    ...(second === undefined ? [] : [`  -NextSigningCertificate "${second}" \``]),
    '  -PreferredAuthenticationProtocol wsFed -PromptLoginBehavior nativeSupport -FederatedIdpMfaBehavior rejectMfaByFederatedIdp',
  ]
}
