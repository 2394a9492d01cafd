import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { UsherError } from '#kernel/errors.ts'
import { readJsonFile } from '#lib/json-file.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import { issueText } from '#lib/setting-issue.ts'

interface Row<T> {
  readonly type: z.ZodType<T>
  readonly otherwise?: T
  readonly sentence: string
}

const row = <T>(type: z.ZodType<T>, sentence: string, otherwise?: T): Row<T> => ({
  type,
  sentence,
  ...(otherwise !== undefined && { otherwise }),
})

const HIGHEST_PORT = 65_535
const address = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[^\s:/]+):\d{1,5}$/i, 'host:port')
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= HIGHEST_PORT, `a port up to ${HIGHEST_PORT}`)
const publicAddress = z
  .url({ protocol: /^https?$/ })
  .refine((text) => new URL(text).href === `${new URL(text).origin}/`, 'an address with nothing behind its host and port, and no password')

const network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address, or a range as 10.0.0.0/8')
  .refine((text) => !/[/]0+$/.test(text), 'everybody is no proxy: anybody could say where they come from')

const publicPage = z.url({ protocol: /^https$/ })
const helpAddress = z.union([publicPage, z.string().regex(/^mailto:[^\s@?]+@[^\s@?]+$/, 'mailto:somebody@host')])

/** Everything the server itself is told. The manual (`usher start --help`) is printed from these rows. */
export const rows = {
  publicUrl: row(publicAddress, 'The address people and relying parties use to reach Usher.'),
  organization: row(z.string().min(1).max(80).optional(), 'What people call the organization that invites them; shown on every page.'),
  helpUrl: row(helpAddress.optional(), 'Where people find help signing in: an https:// page or a mailto: address; linked from every page.'),
  privacyUrl: row(publicPage.optional(), 'The privacy statement, linked from every page.'),
  termsUrl: row(publicPage.optional(), 'The terms of use, linked from every page.'),
  dataDirectory: row(z.string(), 'The folder Usher keeps its data in.', '/var/lib/usher'),
  database: row(
    z
      .string()
      .regex(/^(sqlite|sqlite:.+|postgres(ql)?:\/\/.+)$/)
      .refine(
        (text) => text.startsWith('sqlite') || URL.canParse(text),
        'no address; in a password every special character is percent-encoded',
      ),
    'sqlite (a file in the data folder), sqlite:PATH, or a postgres:// address.',
    'sqlite',
  ),
  keyFile: row(z.string(), 'The file with the key that encrypts secrets: 32 bytes, base64, outside the data folder.', '/etc/usher/kek'),
  listen: row(address, 'Where Usher listens.', '127.0.0.1:8443'),
  tlsCertificateFile: row(z.string().optional(), 'A certificate (PEM) when Usher ends TLS itself.'),
  tlsKeyFile: row(z.string().optional(), 'Its private key (PEM).'),
  trustedProxies: row(z.array(network), 'Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed.', []),
  ruleJail: row(
    z.enum(['auto', 'unshare', 'bwrap', 'none']),
    'What keeps the processes that run rules apart from the machine besides Node’s own limits; none only when written here.',
    'auto',
  ),
  ruleHosts: row(
    z.array(z.string()),
    'Hosts of your own network that rules may reach: a name, *.name or an address. Public ones need no entry.',
    [],
  ),
  settingsFile: row(z.string().optional(), 'Declarative settings (see `usher apply`) that are applied at every start.'),
} as const satisfies Record<string, Row<unknown>>

export interface Config {
  readonly publicUrl: URL
  readonly organization: { readonly name: string; readonly helpUrl?: string; readonly privacyUrl?: string; readonly termsUrl?: string }
  readonly database: string
  readonly dataDirectory: string
  readonly keyFile: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string }
  readonly trustedProxies: readonly string[]
  readonly rules: RuleConfig
  readonly settingsFile?: string
}

/** How rules are run on this machine. */
export interface RuleConfig {
  readonly jail: 'auto' | 'unshare' | 'bwrap' | 'none'
  /** Whether they may run where no jail can be had. */
  readonly mayRunUnjailed: boolean
  readonly privateHosts: readonly string[]
}

const shape = z.strictObject({
  publicUrl: rows.publicUrl.type,
  organization: rows.organization.type,
  helpUrl: rows.helpUrl.type,
  privacyUrl: rows.privacyUrl.type,
  termsUrl: rows.termsUrl.type,
  dataDirectory: rows.dataDirectory.type.default('/var/lib/usher'),
  database: rows.database.type.default('sqlite'),
  keyFile: rows.keyFile.type.default('/etc/usher/kek'),
  listen: rows.listen.type.default('127.0.0.1:8443'),
  tlsCertificateFile: rows.tlsCertificateFile.type,
  tlsKeyFile: rows.tlsKeyFile.type,
  trustedProxies: rows.trustedProxies.type.default([]),
  ruleJail: rows.ruleJail.type.default('auto'),
  ruleHosts: rows.ruleHosts.type.default([]),
  settingsFile: rows.settingsFile.type,
})

const ELSEWHERE = '`--config FILE` or USHER_CONFIG names another, and `usher start --help` says what is in it'

/**
 * Reads the configuration file; relative paths in it are relative to it.
 * Throws `settings_invalid` naming the field and how to mend it.
 */
export const readConfig = (file: string): Config => {
  const parsed = shape.safeParse(readJsonFile(file, ELSEWHERE))
  if (!parsed.success) throw invalid(file, parsed.error.issues.map(sayIssue).join('; '))
  return checked(parsed.data, file)
}

const sayIssue = (issue: z.core.$ZodIssue): string => {
  const field = String(issue.path[0] ?? '')
  const known = field && Object.hasOwn(rows, field) ? ` (${rows[field as keyof typeof rows].sentence})` : '' // hasOwn says so
  return `${issueText(issue, 'file')}${known}`
}

const checked = (raw: z.infer<typeof shape>, file: string): Config => {
  const at = (path: string) => resolve(dirname(file), path)
  const [host, port] = splitAddress(raw.listen)
  const config: Config = {
    publicUrl: new URL(raw.publicUrl),
    organization: organizationOf(raw),
    dataDirectory: at(raw.dataDirectory),
    database: databaseOf(raw.database, at(raw.dataDirectory), at),
    keyFile: at(raw.keyFile),
    listen: { host, port },
    trustedProxies: raw.trustedProxies,
    rules: {
      jail: raw.ruleJail,
      mayRunUnjailed: raw.ruleJail === 'none' || isLoopbackHost(new URL(raw.publicUrl).hostname),
      privateHosts: raw.ruleHosts,
    },
    ...(raw.tlsCertificateFile && raw.tlsKeyFile && { tls: { certificateFile: at(raw.tlsCertificateFile), keyFile: at(raw.tlsKeyFile) } }),
    ...(raw.settingsFile && { settingsFile: at(raw.settingsFile) }),
  }
  const problem = halfTls(raw) ?? problemOf(config)
  if (problem) throw invalid(file, problem)
  return config
}

/** A file of the same name in another working folder would be another database, and everybody in it new. */
const databaseOf = (written: string, dataDirectory: string, at: (path: string) => string): string => {
  if (written === 'sqlite') return `sqlite:${resolve(dataDirectory, 'usher.db')}`
  return written.startsWith('sqlite:') ? `sqlite:${at(written.slice('sqlite:'.length))}` : written
}

const halfTls = ({ tlsCertificateFile, tlsKeyFile }: z.infer<typeof shape>): string | undefined => {
  if ((tlsCertificateFile === undefined) === (tlsKeyFile === undefined)) return undefined
  return `${tlsKeyFile === undefined ? 'tlsKeyFile' : 'tlsCertificateFile'}: is missing; a certificate and its key go together`
}

const organizationOf = ({ organization, helpUrl, privacyUrl, termsUrl, publicUrl }: z.infer<typeof shape>): Config['organization'] => ({
  name: organization ?? new URL(publicUrl).hostname,
  ...(helpUrl && { helpUrl }),
  ...(privacyUrl && { privacyUrl }),
  ...(termsUrl && { termsUrl }),
})

const splitAddress = (listen: string): [string, number] => {
  const colon = listen.lastIndexOf(':')
  return [listen.slice(0, colon).replace(/^\[|\]$/g, ''), Number(listen.slice(colon + 1))]
}

/** What must not be, in a sentence that says how to mend it. */
export const problemOf = (config: Config): string | undefined => {
  const isLocal = isLoopbackHost(config.publicUrl.hostname)
  if (config.publicUrl.protocol === 'http:' && !isLocal) return 'publicUrl: must be https unless its host is loopback or ends in .localhost'
  if (`${config.keyFile}/`.startsWith(`${config.dataDirectory}/`))
    return 'keyFile: lies inside dataDirectory; a copy of the data would carry its own key. Keep it elsewhere, for example /etc/usher/kek'
  const isBehindProxy = config.trustedProxies.length > 0
  if (!config.tls && !isLoopbackHost(config.listen.host) && !isBehindProxy)
    return 'listen: plain http is accepted on loopback or behind a listed proxy only. Set tlsCertificateFile and tlsKeyFile, or trustedProxies'
  return undefined
}

const invalid = (file: string, problem: string) => new UsherError('settings_invalid', { detail: { file, problem } })
