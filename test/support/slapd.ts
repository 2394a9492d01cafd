import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'ldapts'
import type { Certified } from './fake-ldap-certificates.ts'
import { freePort } from './free-port.ts'

export const SLAPD_BASE = 'dc=usher,dc=test'
export const SLAPD_SERVICE = { dn: `cn=usher,${SLAPD_BASE}`, password: 'the service account' } as const

export interface SlapdPerson {
  readonly uid: string
  readonly password: string
  /** More lines of LDIF. */
  readonly more?: readonly string[]
}

const MANAGER = { dn: `cn=manager,${SLAPD_BASE}`, password: 'manager' } as const

const configuration = (folder: string): string =>
  [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
    'modulepath /usr/lib/ldap',
    ...['back_mdb', 'memberof', 'ppolicy'].map((name) => `moduleload ${name}`),
    `pidfile ${join(folder, 'pid')}`,
    `TLSCACertificateFile ${join(folder, 'ca.crt')}`,
    `TLSCertificateFile ${join(folder, 'tls.crt')}`,
    `TLSCertificateKeyFile ${join(folder, 'tls.key')}`,
    // What many directories do by default: an empty password is nobody's, and succeeds.
    'allow bind_anon_cred bind_anon_dn',
    'sizelimit 50',
    'database mdb',
    `suffix ${SLAPD_BASE}`,
    `rootdn ${MANAGER.dn}`,
    `rootpw ${MANAGER.password}`,
    `directory ${join(folder, 'db')}`,
    'index objectClass,uid,mail,member eq',
    'overlay memberof',
    'overlay ppolicy',
    `ppolicy_default cn=default,ou=policies,${SLAPD_BASE}`,
    'ppolicy_use_lockout',
    // The least a service account needs: it reads, and nobody else sees anything but themselves.
    `access to attrs=userPassword by anonymous auth by * none`,
    `access to * by dn.exact="${SLAPD_SERVICE.dn}" read by self read by anonymous auth by * none`,
    '',
  ].join('\n')

const entry = (dn: string, ...lines: readonly string[]): string => [`dn:: ${Buffer.from(dn).toString('base64')}`, ...lines, ''].join('\n')
const base64 = (name: string, value: string): string => `${name}:: ${Buffer.from(value).toString('base64')}`

/** A distinguished name's value with all that is special escaped as octets (RFC 4514 §2.4). */
const escaped = (value: string): string => value.replace(/[^A-Za-z0-9]/gu, (one) => Buffer.from(one).toString('hex').replace(/../g, '\\$&'))

export const slapdDn = (uid: string): string => `uid=${escaped(uid)},ou=people,${SLAPD_BASE}`

const seed = (people: readonly SlapdPerson[]): string =>
  [
    entry(SLAPD_BASE, 'objectClass: dcObject', 'objectClass: organization', 'o: Usher', 'dc: usher'),
    ...['people', 'groups', 'policies'].map((name) => entry(`ou=${name},${SLAPD_BASE}`, 'objectClass: organizationalUnit', `ou: ${name}`)),
    entry(
      `cn=default,ou=policies,${SLAPD_BASE}`,
      'objectClass: device',
      'objectClass: pwdPolicy',
      'cn: default',
      'pwdAttribute: userPassword',
      'pwdLockout: TRUE',
      'pwdMaxFailure: 20',
      'pwdMustChange: TRUE',
    ),
    entry(
      `cn=expiring,ou=policies,${SLAPD_BASE}`,
      'objectClass: device',
      'objectClass: pwdPolicy',
      'cn: expiring',
      'pwdAttribute: userPassword',
      'pwdMaxAge: 1',
    ),
    entry(
      SLAPD_SERVICE.dn,
      'objectClass: organizationalRole',
      'objectClass: simpleSecurityObject',
      'cn: usher',
      base64('userPassword', SLAPD_SERVICE.password),
    ),
    ...people.map(({ uid, password, more = [] }) =>
      entry(
        slapdDn(uid),
        'objectClass: inetOrgPerson',
        base64('uid', uid),
        base64('cn', uid),
        'sn: Test',
        base64('userPassword', password),
        ...more,
      ),
    ),
  ].join('\n')

/** OpenLDAP on loopback, in a folder of its own. Needs Debian's slapd. */
export const startSlapd = async ({
  people,
  ca,
  certified,
}: {
  readonly people: readonly SlapdPerson[]
  readonly ca: string
  readonly certified: Certified
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-slapd-'))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 })
  mkdirSync(join(folder, 'db'))
  for (const [name, text] of Object.entries({ 'ca.crt': ca, 'tls.crt': certified.cert, 'tls.key': certified.key })) write(name, text)
  write('slapd.conf', configuration(folder))
  write('seed.ldif', seed(people))
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'seed.ldif')], { stdio: 'pipe' })
  const [port, tlsPort] = [await freePort(), await freePort()]
  const addresses = `ldap://127.0.0.1:${port}/ ldaps://127.0.0.1:${tlsPort}/`
  const slapd = spawn('/usr/sbin/slapd', ['-h', addresses, '-f', join(folder, 'slapd.conf'), '-d', '0'], { stdio: 'ignore' })
  const stop = async () => {
    await ended(slapd)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await answering(port)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, tlsPort, stop, asManager: <Result>(work: (client: Client) => Promise<Result>) => asManager(port, work) }
}

const ended = async (slapd: ChildProcess): Promise<void> => {
  if (slapd.exitCode !== null || slapd.signalCode !== null) return
  slapd.kill()
  await once(slapd, 'exit')
}

const asManager = async <Result>(port: number, work: (client: Client) => Promise<Result>): Promise<Result> => {
  const client = new Client({ url: `ldap://127.0.0.1:${port}`, connectTimeout: 1_000, timeout: 5_000 })
  try {
    await client.bind(MANAGER.dn, MANAGER.password)
    return await work(client)
  } finally {
    await client.unbind()
  }
}

const answering = async (port: number): Promise<void> => {
  for (let look = 0; look < 100; look += 1) {
    const isUp = await asManager(port, async () => true).catch(() => false)
    if (isUp) return
    await wait(50)
  }
  throw new Error('slapd does not answer')
}
