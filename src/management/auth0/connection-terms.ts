import { mailDomain } from '#lib/mail-domain.ts'
import { Secret } from '#kernel/secret.ts'
import type { Findings } from './findings.ts'
import { markersIn } from './markers.ts'
import type { DeclaredConnection, ImportWishes } from './planned.ts'
import { type Found, isRecord, isText } from './reading.ts'

export type Options = Readonly<Record<string, unknown>>

/** One connection of an export on its way to the settings. */
export interface Writing {
  readonly name: string
  readonly found: Found
  readonly options: Options
  readonly findings: Findings
  readonly values: ImportWishes['values']
  readonly publicUrl: URL
  /** Set where providers keep the address they have for Auth0. */
  readonly keepsCallback: boolean
  /** Whether no other connection of the export is of this strategy. */
  readonly isOnly: boolean
}

/** As an administrator's settings have the connection; undefined, and told, where too little is known. */
export type Writer = (writing: Writing) => DeclaredConnection | undefined

export const tell = ({ name, found, findings }: Writing, kind: 'needs' | 'left' | 'note', text: string): void =>
  findings.add(kind, `connection ${name}: ${text}`, found.file)

const LONGEST_LABEL = 60

/** What people call it, else what it is. */
export const labelOf = ({ found }: Writing, otherwise: string): string => {
  const { display_name: shown } = found.value
  return (isText(shown) && shown.trim() ? shown.trim() : otherwise).slice(0, LONGEST_LABEL)
}

const MOST_REALMS = 1_000

/** A connection of this type, with the domains whose people it is for. */
export const declared = (
  writing: Writing,
  type: string,
  more: { readonly label: string; readonly settings?: object },
): DeclaredConnection => {
  const domains = domainsOf(writing)
  const dropped = domains.length - MOST_REALMS
  if (dropped > 0) tell(writing, 'needs', `it has more than 1,000 domains; the last ${dropped} are left out`)
  const homeRealms = domains.slice(0, MOST_REALMS)
  return { name: writing.name, ...(homeRealms.length > 0 && { homeRealms }), type, ...more }
}

/** The identity provider's own domain and the others whose people it has. */
export const domainsOf = (writing: Writing): readonly string[] => {
  const { tenant_domain: own, domain_aliases: aliases } = writing.options
  const written = [own, ...(Array.isArray(aliases) ? aliases : [])].filter(isText)
  const read = written.map((text) => mailDomain(text.trim()))
  // Microsoft's may be a tenant's id instead.
  const odd = written.filter((text, index) => read[index] === undefined && text !== own)
  if (odd.length > 0) tell(writing, 'needs', `${odd.join(', ')} in domain_aliases is no domain, so nobody is led here by it`)
  return [...new Set(read.filter((domain) => domain !== undefined))]
}

/** Something without which a connection is none. */
export interface Need {
  /** What it is, for whoever has to give it. */
  readonly what: string
  /** The name to give it under. */
  readonly key: string
  readonly value: string | undefined
}

/** The name of a value an administrator gives for a connection. */
export const keyFor = (name: string, field: string): string => `CONNECTION_${name.toUpperCase().replaceAll('-', '_')}_${field}`

/** From the administrator, else from the export. `isGood` says of what shape it must be. */
export const need = (
  { name, values }: Writing,
  field: string,
  what: string,
  { said, isGood = () => true }: { readonly said?: unknown; readonly isGood?: (text: string) => boolean } = {},
): Need => {
  const key = keyFor(name, field)
  const good = [values[key], said].find((one): one is string => isText(one) && one !== '' && markersIn(one).length === 0 && isGood(one))
  return { what, key, value: good }
}

export type Given = Need & { readonly value: string }

/** Whether all of it is there; where not, the administrator is told what to give and where. */
export const areGiven = <Field extends string>(
  writing: Writing,
  needs: Readonly<Record<Field, Need>>,
): needs is Readonly<Record<Field, Given>> => {
  const missing = Object.values<Need>(needs).filter(({ value }) => value === undefined)
  if (missing.length === 0) return true
  const whats = missing.map(({ what }) => what).join(' and ')
  const keys = missing.map(({ key }) => key).join(', ')
  const how = `give ${keys} in --mapping or --env-file, or declare the connection with \`usher apply\``
  tell(writing, 'needs', `its ${whats} ${missing.length > 1 ? 'are' : 'is'} not in the export, so it does not come over; ${how}`)
  return false
}

/** Texts a setting may hold one or several of. */
export const textsOf = (value: unknown): readonly string[] => [value].flat().filter((one): one is string => isText(one) && one !== '')

export const recordIn = (value: unknown): Options => (isRecord(value) ? value : {})

/** The secret of a connection, or a key that is one. */
export const secretNeed = (writing: Writing, what: string, written: unknown): Need => {
  const { name, found, values, isOnly } = writing
  const [marker] = isText(written) ? markersIn(written) : []
  // What Auth0's tool calls the secrets of all connections of a strategy: of two, one would be told the other's.
  const common = `CONNECTIONS_${String(found.value['strategy']).toUpperCase().replaceAll('-', '_')}_SECRET`
  const own = keyFor(name, 'SECRET')
  const key = marker !== undefined && marker !== common ? marker : isOnly ? common : own
  const isWhole = isText(written) && written !== '' && marker === undefined
  return { what, key, value: values[own] ?? (isWhole ? written : values[key]) }
}

/** What every provider of ours is told apart by. */
export const clientNeeds = (writing: Writing, { secret = 'client_secret', what = 'client secret' } = {}) => ({
  clientId: need(writing, 'CLIENT_ID', 'client ID', { said: writing.options['client_id'] }),
  clientSecret: secretNeed(writing, what, writing.options[secret]),
})

/** A client at a provider, and where people come back to from there. */
export const clientOf = ({ clientId, clientSecret }: Readonly<Record<'clientId' | 'clientSecret', Given>>) => ({
  clientId: clientId.value,
  clientSecret: new Secret(clientSecret.value),
})

/** Tells where people come back to, and has them come back there. */
export const callback = (writing: Writing): { readonly legacyCallback?: true } => {
  const { name, publicUrl, keepsCallback } = writing
  const address = new URL(keepsCallback ? '/login/callback' : `/login/callback/${name}`, publicUrl).href
  if (keepsCallback) tell(writing, 'note', `people come back from the provider to ${address}, which must be registered there`)
  else tell(writing, 'needs', `register ${address} as a redirect URI with the provider`)
  return keepsCallback ? { legacyCallback: true } : {}
}
