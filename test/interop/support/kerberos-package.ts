import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { KerberosPackage } from '#connections/ldap/windows-ticket.ts'
import { folder } from './commands.ts'

const PACKAGE = 'kerberos'
const VERSION = '7.0.0'

/** The optional package, compiled for the Node that runs this, in a folder of its own. Throws with what npm says. */
export const compiledKerberos = (): KerberosPackage => {
  const files = folder()
  const npm = process.env['npm_execpath']
  const [program, ...before] = npm ? [process.execPath, npm] : ['npm']
  const { status, stderr } = spawnSync(
    program,
    [...before, 'install', '--prefix', files, '--no-audit', '--no-fund', `${PACKAGE}@${VERSION}`],
    {
      cwd: files,
      encoding: 'utf8',
      // The headers lie beside the pinned Node's program.
      env: { ...process.env, npm_config_nodedir: dirname(dirname(process.execPath)), npm_config_ignore_scripts: 'false' },
    },
  )
  if (status !== 0)
    throw new Error(`kerberos was not compiled; Debian needs libkrb5-dev, gcc, g++, make and python3: ${stderr.slice(-2_000)}`)
  const require = createRequire(join(files, 'package.json'))
  return { isThere: () => true, load: async () => require(PACKAGE) }
}

interface Initiator {
  readonly GSS_MECH_OID_SPNEGO: number
  readonly initializeClient: (service: string, options: object) => Promise<{ readonly step: (challenge: string) => Promise<string> }>
}

const isInitiator = (loaded: unknown): loaded is Initiator => typeof loaded === 'object' && loaded !== null && 'initializeClient' in loaded

/** A message as a browser with these tickets would send it, fresh from the library's other side. */
export const messageTo = async (kerberos: KerberosPackage, service: string, tickets: string): Promise<string> => {
  process.env['KRB5CCNAME'] = tickets
  const loaded = await kerberos.load()
  if (!isInitiator(loaded)) throw new Error('not the package')
  const client = await loaded.initializeClient(service, { mechOID: loaded.GSS_MECH_OID_SPNEGO })
  return client.step('')
}
