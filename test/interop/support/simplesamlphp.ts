import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../support/free-port.ts'
import type { SamlKeyPair } from '../../support/saml-identity-provider.ts'

const INSTALLED = '/usr/share/simplesamlphp'
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

interface SimpleSamlOptions {
  readonly keys: SamlKeyPair
  readonly encrypts?: boolean
  readonly signsResponse?: boolean
}

/** SimpleSAMLphp as an identity provider, from Debian, with one person in it. It lives in real time. */
export const startSimpleSaml = async (options: SimpleSamlOptions) => {
  const port = await freePort()
  const origin = `http://sso.localhost:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'usher-simplesaml-'))
  const at = (...parts: readonly string[]) => join(folder, ...parts)
  for (const name of ['metadata', 'cert', 'data', 'sessions', 'log']) mkdirSync(at(name))
  const write = (name: string, php: string) => writeFileSync(at(name), `<?php\n${php}`)
  write('config.php', configuration(origin, folder))
  write('authsources.php', SOURCES)
  const useKeys = ({ privateKey, certificate }: SamlKeyPair) => {
    writeFileSync(at('cert', 'idp.pem'), privateKey)
    writeFileSync(at('cert', 'idp.crt'), certificate)
  }
  useKeys(options.keys)
  write('metadata/saml20-idp-hosted.php', hosted(origin, options))
  const trust = (metadata: string) => writeFileSync(at('metadata', 'relying-party.xml'), metadata)
  trust('<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>')
  chmodSync(folder, 0o755)
  const log = at('log', 'server')
  const server = spawn(
    'php',
    ['-d', `session.save_path=${at('sessions')}`, '-d', 'error_reporting=0', '-S', `127.0.0.1:${port}`, '-t', `${INSTALLED}/www`],
    { env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  await listening(server, log)
  return {
    issuer: `${origin}/idp`,
    metadataUrl: `${origin}/saml2/idp/metadata.php`,
    /** Signs with these from now on, and says so in its metadata. */
    useKeys,
    /** Who may send people here, by their own metadata. */
    trust,
    stop: async () => {
      server.kill('SIGTERM')
      if (server.exitCode === null && server.signalCode === null) await once(server, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const STUDENT = { username: 'student', password: 'studentpass' } as const

const listening = (server: ChildProcess, log: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`php ended with ${code}, see ${log}`)))
    server.stderr?.on('data', (chunk: Buffer) => {
      if (/Development Server .* started/.test(chunk.toString())) resolve()
    })
  })

const configuration = (origin: string, folder: string): string => `$config = [
  'baseurlpath' => '${origin}/',
  'certdir' => '${folder}/cert/',
  'datadir' => '${folder}/data/',
  'tempdir' => '${folder}/data',
  'loggingdir' => '${folder}/log/',
  'logging.handler' => 'file',
  'metadatadir' => '${folder}/metadata',
  'secretsalt' => 'a salt of this test',
  'auth.adminpassword' => 'an administrator of this test',
  'technicalcontact_email' => 'nobody@acme.example',
  'timezone' => 'UTC',
  'enable.saml20-idp' => true,
  'store.type' => 'phpsession',
  'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.secure' => false,
  'session.phpsession.savepath' => '${folder}/sessions',
  'metadata.sources' => [
    ['type' => 'flatfile', 'directory' => '${folder}/metadata'],
    ['type' => 'xml', 'file' => '${folder}/metadata/relying-party.xml'],
  ],
];
`

const SOURCES = `$config = [
  'people' => [
    'exampleauth:UserPass',
    '${'student'}:${'studentpass'}' => [
      'uid' => ['student-1'],
      'mail' => ['stella@acme.example'],
      'givenName' => ['Stella'],
      'sn' => ['Student'],
      'groups' => ['members', 'students'],
    ],
  ],
];
`

const hosted = (origin: string, { encrypts = false, signsResponse = true }: SimpleSamlOptions): string => `$metadata['${origin}/idp'] = [
  'host' => '__DEFAULT__',
  'privatekey' => 'idp.pem',
  'certificate' => 'idp.crt',
  'auth' => 'people',
  'redirect.validate' => true,
  'validate.authnrequest' => true,
  'saml20.sign.assertion' => true,
  'saml20.sign.response' => ${signsResponse},
  'assertion.encryption' => ${encrypts},
  'sharedkey_algorithm' => 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'authproc' => [
    3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid', 'Format' => '${PERSISTENT}'],
  ],
];
`
