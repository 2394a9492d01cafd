import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Certified } from './fake-ldap-certificates.ts'

/** An address of this machine that no other server of ours uses: the ports of a domain controller cannot be chosen. */
export const SAMBA_ADDRESS = '127.0.0.17'
export const SAMBA_BASE = 'DC=ad,DC=usher,DC=test'
export const SAMBA_SERVICE = { dn: `CN=svc-usher,CN=Users,${SAMBA_BASE}`, password: 'Svc-pass!1234' } as const

const OWN_SETTINGS = [
  'bind interfaces only',
  'interfaces',
  'dns forwarder',
  'server services',
  'pid directory',
  'ncalrpc dir',
  'log file',
  'winbindd socket directory',
  'ntp signd socket directory',
]

/** What was provisioned, changed to live in one folder and on one address, and to be nothing more than these services. */
const configuration = (provisioned: string, { folder, services }: { readonly folder: string; readonly services: string }): string => {
  const kept = provisioned.split('\n').filter((line) => !OWN_SETTINGS.some((name) => line.trim().startsWith(`${name} =`)))
  const own = [
    `interfaces = ${SAMBA_ADDRESS}/8`,
    'bind interfaces only = yes',
    `server services = ${services}`,
    'tls enabled = yes',
    `tls keyfile = ${folder}/tls.key`,
    `tls certfile = ${folder}/tls.crt`,
    `tls cafile = ${folder}/ca.crt`,
    'ldap server require strong auth = allow_sasl_over_tls',
    `log file = ${folder}/log.%m`,
    ...['pid directory', 'ncalrpc dir', 'winbindd socket directory', 'ntp signd socket directory'].map(
      (name) => `${name} = ${folder}/${name.split(' ')[0]}`,
    ),
  ]
  return kept.flatMap((line) => (line.trim() === '[global]' ? [line, ...own.map((one) => `\t${one}`)] : [line])).join('\n')
}

const PROVISION = [
  'domain',
  'provision',
  '--realm=AD.USHER.TEST',
  '--domain=USHERAD',
  '--host-name=dc1',
  `--host-ip=${SAMBA_ADDRESS}`,
  '--adminpass=Passw0rd-usher!',
  '--server-role=dc',
  '--dns-backend=NONE',
  '--option=bind interfaces only=yes',
  `--option=interfaces=${SAMBA_ADDRESS}/8`,
  '--option=vfs objects=acl_xattr',
]

interface Controller {
  readonly ca: string
  readonly certified: Certified
  /** It gives tickets too. */
  readonly kdc?: true
}

/** A domain controller of Active Directory (Samba's) on loopback. Needs Debian's samba-ad-dc, and to be root. */
export const startSamba = async ({ ca, certified, kdc }: Controller) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-samba-'))
  const run = (program: string, args: readonly string[], input = '') =>
    execFileSync(program, [...args], { input, stdio: 'pipe', timeout: 120_000 }).toString('utf8')
  run('samba-tool', [...PROVISION, `--targetdir=${folder}/dc`])
  for (const [name, text] of Object.entries({ 'ca.crt': ca, 'tls.crt': certified.cert, 'tls.key': certified.key }))
    writeFileSync(join(folder, name), text, { mode: 0o600 })
  for (const name of ['pid', 'ncalrpc', 'winbindd', 'ntp']) mkdirSync(join(folder, name))
  const settings = join(folder, 'dc/etc/smb.conf')
  writeFileSync(settings, configuration(readFileSync(settings, 'utf8'), { folder, services: kdc ? 'ldap, kdc' : 'ldap' }))
  const samba = spawn('/usr/sbin/samba', ['-F', '--no-process-group', '-M', 'single', '-s', settings], { stdio: 'ignore' })
  const stop = async () => {
    await ended(samba)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await answering(samba)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stop,
    /** `samba-tool` on its own database. */
    tool: (...args: readonly string[]) => run('samba-tool', [...args, '-s', settings]),
    /** Changes entries, as LDIF. */
    modify: (ldif: string) => run('ldbmodify', ['-H', join(folder, 'dc/private/sam.ldb')], ldif),
    /** What is in the database under a name: lines of LDIF. */
    read: (name: string, ...attributes: readonly string[]) =>
      run('ldbsearch', ['-H', join(folder, 'dc/private/sam.ldb'), `(sAMAccountName=${name})`, ...attributes]),
  }
}

const ended = async (samba: ChildProcess): Promise<void> => {
  if (samba.exitCode !== null || samba.signalCode !== null) return
  samba.kill()
  await once(samba, 'exit')
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, SAMBA_ADDRESS, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

const answering = async (samba: ChildProcess): Promise<void> => {
  for (let look = 0; look < 400 && samba.exitCode === null; look += 1) {
    if ((await isListening(389)) && (await isListening(636))) return
    await wait(100)
  }
  throw new Error('samba does not answer')
}
