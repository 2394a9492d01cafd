import { Secret } from '#kernel/secret.ts'
import type { Findings } from './findings.ts'
import { markersIn } from './markers.ts'
import { type Found, isRecord, isText } from './reading.ts'
import type { ImportWishes } from './planned.ts'

/** A connection as the settings have it, and whom the export lets use it. */
export interface PlannedConnection {
  readonly name: string
  readonly declared: object
  /** Client names or ids; undefined when the export does not say. */
  readonly enabledClients: readonly string[] | undefined
}

interface Telling {
  readonly findings: Findings
  readonly values: ImportWishes['values']
  readonly publicUrl: URL
}

type Options = Readonly<Record<string, unknown>>
type Writer = (found: Found, options: Options, telling: Telling) => object | undefined

/** The connections Usher has a type for; the others are told, because their people are shut out. */
export const planConnections = (all: readonly Found[], telling: Telling): readonly PlannedConnection[] =>
  all.flatMap((found) => {
    const planned = planConnection(found, telling)
    return planned ? [planned] : []
  })

const NAME = /^[A-Za-z0-9-]{1,64}$/

const planConnection = (found: Found, telling: Telling): PlannedConnection | undefined => {
  const { name, strategy, options, enabled_clients: enabled } = found.value
  const { findings } = telling
  if (!isText(name) || !NAME.test(name)) {
    findings.add('problem', 'a connection without a name of letters, digits and -', found.file)
    return undefined
  }
  const write = writers[String(strategy)]
  if (!write) {
    findings.add('left', `connection ${name}: ${strategy} is not supported yet, people of it cannot sign in`, found.file)
    return undefined
  }
  const declared = write(found, isRecord(options) ? options : {}, telling)
  return declared && { name, declared, enabledClients: Array.isArray(enabled) ? enabled.filter(isText) : undefined }
}

const database: Writer = ({ file, value }, options, { findings }) => {
  if (options['enabledDatabaseCustomization'] === true && options['import_mode'] !== true)
    findings.add(
      'needs',
      `connection ${value['name']}: its people lie in a database of your own, which Usher does not ask; bring them with --users`,
      file,
    )
  return { ...common(value, options), type: 'database', label: labelOf(value, 'a password') }
}

const google: Writer = (found, options, telling) => {
  const client = clientOf(found, options, telling)
  return client && { ...common(found.value, options), type: 'google', label: labelOf(found.value, 'Google'), settings: client }
}

const oidc: Writer = (found, options, telling) => {
  const client = clientOf(found, options, telling)
  const issuer = issuerOf(options)
  if (issuer === undefined)
    telling.findings.add('needs', `connection ${found.value['name']}: no issuer is given; add it by hand`, found.file)
  if (!client || issuer === undefined) return undefined
  const scopes = isText(options['scope']) ? options['scope'].split(/\s+/).filter(Boolean) : []
  const settings = { ...client, issuer, ...(scopes.includes('openid') && { scopes }) }
  return { ...common(found.value, options), type: 'oidc', label: labelOf(found.value, String(found.value['name'])), settings }
}

const writers: Readonly<Record<string, Writer>> = { auth0: database, 'google-oauth2': google, oidc }

const common = (value: Options, options: Options): object => {
  const realms = Array.isArray(options['domain_aliases']) ? options['domain_aliases'].filter(isText) : []
  return { name: value['name'], ...(realms.length > 0 && { homeRealms: realms }) }
}

const LONGEST_LABEL = 60

const labelOf = ({ display_name: shown }: Options, otherwise: string): string =>
  (isText(shown) && shown.trim() ? shown.trim() : otherwise).slice(0, LONGEST_LABEL)

const issuerOf = (options: Options): string | undefined => {
  const metadata = isRecord(options['oidc_metadata']) ? options['oidc_metadata'] : {}
  const written = options['issuer'] ?? metadata['issuer']
  if (isText(written)) return written
  const discovery = options['discovery_url']
  return isText(discovery) ? discovery.replace(/\/?\.well-known\/openid-configuration$/, '') : undefined
}

const clientOf = ({ file, value }: Found, options: Options, { findings, values, publicUrl }: Telling): object | undefined => {
  const { client_id: clientId, client_secret: written } = options
  const secret = secretOf(written, value, values)
  const missing = [!isText(clientId) && 'client ID', secret === undefined && 'client secret'].filter(isText)
  if (missing.length === 0) {
    const redirect = new URL(`/login/callback/${value['name']}`, publicUrl).href
    findings.add('needs', `connection ${value['name']}: register ${redirect} as a redirect URI with the provider`, file)
    return { clientId, clientSecret: secret }
  }
  const how = `give ${nameOfSecret(written, value)} in --mapping or --env-file, or declare the connection with \`usher apply\``
  findings.add(
    'needs',
    `connection ${value['name']}: its ${missing.join(' and ')} is not in the export, so it does not come over; ${how}`,
    file,
  )
  return undefined
}

const secretOf = (written: unknown, value: Options, values: Telling['values']): Secret | undefined => {
  if (isText(written) && written !== '' && markersIn(written).length === 0) return new Secret(written)
  const given = values[nameOfSecret(written, value)]
  return given === undefined ? undefined : new Secret(given)
}

/** The marker that stands for a masked secret; the one Auth0's tool would have made when there is none. */
const nameOfSecret = (written: unknown, { strategy }: Options): string => {
  const [marker] = isText(written) ? markersIn(written) : []
  return marker ?? `CONNECTIONS_${String(strategy).toUpperCase().replaceAll('-', '_')}_SECRET`
}
