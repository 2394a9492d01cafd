import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../support/free-port.ts'
import { folder, must } from './commands.ts'

const TRIES = 100
const A_MOMENT_MS = 100

interface Realm {
  readonly realm: string
  /** The service, `HTTP/host`. */
  readonly service: string
  /** Passwords of people, by name. */
  readonly people: Readonly<Record<string, string>>
}

/** MIT's key distribution center on loopback: a realm, its people and the key of one service. */
export const startKdc = async ({ realm, service, people }: Realm) => {
  const files = folder()
  const at = (name: string) => join(files, name)
  const port = await freePort()
  const client = kerberosClient(realm, `127.0.0.1:${port}`)
  writeFileSync(at('kdc.conf'), serverConfig(realm, port, files))
  const environment = { KRB5_CONFIG: client.config, KRB5_KDC_PROFILE: at('kdc.conf'), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const program = (args: readonly string[]) => must('/usr/bin/env', [...settings, ...args])
  program(['kdb5_util', 'create', '-s', '-P', 'the master of all keys', '-r', realm])
  const administer = (query: string) => program(['kadmin.local', '-r', realm, '-q', query])
  for (const [name, password] of Object.entries(people)) administer(`addprinc -pw "${password}" ${name}`)
  administer(`addprinc -randkey ${service}`)
  administer(`ktadd -k ${at('service.keytab')} ${service}`)
  const daemon = spawn('/usr/sbin/krb5kdc', ['-n'], { env: environment, stdio: 'ignore' })
  const ticketsOf = (name: string) => client.ticketsOf(name, people[name] ?? '')
  await until(() => ticketsOf(Object.keys(people)[0] ?? ''))
  return {
    config: client.config,
    keytab: at('service.keytab'),
    ticketsOf,
    stop: () => daemon.kill('SIGTERM'),
  }
}

/** A computer of the realm: its configuration, and people who sign in at it. */
export const kerberosClient = (realm: string, kdc: string) => {
  const files = folder()
  const config = join(files, 'krb5.conf')
  writeFileSync(config, clientConfig(realm, kdc))
  return {
    config,
    /** Signs somebody in; where their tickets are, for `KRB5CCNAME`. */
    ticketsOf: (name: string, password: string): string => {
      const tickets = `FILE:${join(files, `tickets-${name}`)}`
      must('/usr/bin/env', [`KRB5_CONFIG=${config}`, 'kinit', '-c', tickets, name], `${password}\n`)
      return tickets
    },
  }
}

/** Tries until it works; throws what it threw last. */
export const until = async (work: () => unknown): Promise<void> => {
  for (let tries = 1; tries < TRIES; tries += 1)
    try {
      work()
      return
    } catch {
      await wait(A_MOMENT_MS)
    }
  work()
}

const clientConfig = (realm: string, kdc: string): string => `[libdefaults]
 default_realm = ${realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 ${realm} = {
  kdc = ${kdc}
 }
[domain_realm]
 .localhost = ${realm}
`

const serverConfig = (realm: string, port: number, files: string): string => `[kdcdefaults]
 kdc_listen = 127.0.0.1:${port}
 kdc_tcp_listen = 127.0.0.1:${port}
[realms]
 ${realm} = {
  database_name = ${files}/principal
  key_stash_file = ${files}/stash
  acl_file = ${files}/acl
  supported_enctypes = aes256-cts:normal
 }
`
