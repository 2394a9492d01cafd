import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../support/free-port.ts'
import { folder, must, run } from './commands.ts'

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
  writeFileSync(at('krb5.conf'), clientConfig(realm, port))
  writeFileSync(at('kdc.conf'), serverConfig(realm, port, files))
  const environment = { KRB5_CONFIG: at('krb5.conf'), KRB5_KDC_PROFILE: at('kdc.conf'), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const program = (args: readonly string[], input = '') => must('/usr/bin/env', [...settings, ...args], input)
  program(['kdb5_util', 'create', '-s', '-P', 'the master of all keys', '-r', realm])
  const administer = (query: string) => program(['kadmin.local', '-r', realm, '-q', query])
  for (const [name, password] of Object.entries(people)) administer(`addprinc -pw "${password}" ${name}`)
  administer(`addprinc -randkey ${service}`)
  administer(`ktadd -k ${at('service.keytab')} ${service}`)
  const daemon = spawn('/usr/sbin/krb5kdc', ['-n'], { env: environment, stdio: 'ignore' })
  /** Signs somebody in; the file their tickets are in, for `KRB5CCNAME`. */
  const ticketsOf = (name: string): string => {
    program(['kinit', '-c', at(`tickets-${name}`), name], `${people[name]}\n`)
    return `FILE:${at(`tickets-${name}`)}`
  }
  const [anybody = ''] = Object.keys(people)
  const probe = () => run('/usr/bin/env', [...settings, 'kinit', '-c', at('probe'), anybody], `${people[anybody]}\n`).status === 0
  for (let tries = 0; tries < TRIES && !probe(); tries += 1) await wait(A_MOMENT_MS)
  return {
    config: at('krb5.conf'),
    keytab: at('service.keytab'),
    files,
    ticketsOf,
    stop: () => daemon.kill('SIGTERM'),
  }
}

const clientConfig = (realm: string, port: number): string => `[libdefaults]
 default_realm = ${realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 ${realm} = {
  kdc = 127.0.0.1:${port}
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
