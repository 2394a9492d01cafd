import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ExportFiles } from '../../src/management/auth0/export-files.ts'

/** The files of an export by path; objects stand for JSON. */
export type Files = Readonly<Record<string, unknown>>

const textOf = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content, null, 2))

/** An export in memory. */
export const inMemory = (files: Files): ExportFiles => ({
  paths: Object.keys(files).sort(),
  read: (path) => {
    if (!Object.hasOwn(files, path)) throw new Error('there is no such file')
    return textOf(files[path])
  },
})

/** An export on disk, until the test ends. */
export const onDisk = (t: Pick<TestContext, 'after'>, files: Files): string => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-export-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), textOf(content))
  }
  return folder
}

export const CLIENT_ID = 'oFf1ce365oFf1ce365oFf1ce365oFf1c'

export const GREETING = `function greet(user, context, callback) {
  user.greeting = 'Hello from ' + configuration.CITY;
  callback(null, user, context);
}
`

export const GATE = `// Only partners come in.
function (user, context, callback) {
  const { PARTNER_DOMAIN, MOTTO: motto = 'none' } = configuration;
  const _ = require('lodash');
  if (context.clientID !== configuration['AUTH0_OFFICE365_CLIENT_ID']) return callback(null, user, context);
  if (!_.endsWith(user.email, '@' + PARTNER_DOMAIN)) return callback(new UnauthorizedError('Partners only'));
  context.idToken['https://contoso.example/motto'] = motto;
  callback(null, user, context);
};
`

export const office365 = (more: object = {}): object => ({
  name: 'Office 365',
  app_type: 'office365',
  addons: { office365: { domain: 'guests.contoso.example', connection: 'contoso-ad' } },
  callbacks: ['https://login.microsoftonline.com/login.srf'],
  ...more,
})

const GOOGLE = {
  name: 'google-oauth2',
  strategy: 'google-oauth2',
  options: { client_id: '1234.apps.googleusercontent.com', client_secret: '##CONNECTIONS_GOOGLE_OAUTH2_SECRET##', email: true },
  enabled_clients: ['Office 365', 'Portal'],
}

/** A folder as Auth0's own tool makes it, without ids. */
export const DIRECTORY: Files = {
  'tenant.json': { friendly_name: 'Contoso', sandbox_version: '16' },
  'clients/Office 365.json': office365(),
  'clients/Portal.json': { name: 'Portal', app_type: 'spa' },
  'connections/google-oauth2.json': GOOGLE,
  'connections/facebook.json': { name: 'facebook', strategy: 'facebook', options: {}, enabled_clients: ['Office 365'] },
  'connections/sms.json': { name: 'sms', strategy: 'sms', options: {}, enabled_clients: ['Office 365'] },
  'database-connections/Username-Password-Authentication/database.json': {
    name: 'Username-Password-Authentication',
    strategy: 'auth0',
    options: { import_mode: false, passwordPolicy: 'good' },
    enabled_clients: ['Office 365'],
  },
  'rules/Greeting.json': { enabled: true, name: 'Greeting', order: 20, stage: 'login_success', script: './Greeting.js' },
  'rules/Greeting.js': GREETING,
  'rules/Partners-only.json': { enabled: false, name: 'Partners only', order: 10, stage: 'login_success', script: './Partners-only.js' },
  'rules/Partners-only.js': GATE,
  'rules/Failed.json': { enabled: true, name: 'Failed', order: 30, stage: 'login_failure', script: './Failed.js' },
  'rules/Failed.js': 'function (context, callback) { callback(null, context) }',
  'rules-configs/CITY.json': { key: 'CITY', value: 'Berlin' },
  'actions/Stamp.json': {
    name: 'Stamp',
    code: './actions/Stamp/code.js',
    supported_triggers: [{ id: 'post-login', version: 'v3' }],
    secrets: [{ name: 'STAMP_KEY', value: '_VALUE_NOT_SHOWN_' }],
    deployed: true,
  },
  'actions/Stamp/code.js':
    'exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim("k", event.secrets.STAMP_KEY) }',
  'triggers/triggers.json': { 'post-login': [{ action_name: 'Stamp', display_name: 'Stamp' }] },
}

/** The same tenant as one YAML file with scripts beside it. */
export const YAML: Files = {
  'tenant.yaml': `
tenant: { friendly_name: Contoso }
clients:
  - name: Office 365
    client_id: ${CLIENT_ID}
    app_type: office365
    addons: { office365: { domain: guests.contoso.example } }
databases:
  - name: guests
    strategy: auth0
    enabled_clients: [${CLIENT_ID}]
connections:
  - name: partners
    strategy: oidc
    display_name: Partner account
    options:
      issuer: https://id.fabrikam.example/
      client_id: usher
      client_secret: "@@PARTNERS_SECRET@@"
      scope: openid email
    enabled_clients: [Office 365]
rules:
  - name: Greeting
    script: ./rules/Greeting.js
    order: 1
    enabled: true
rulesConfigs:
  - key: CITY
    value: Berlin
`,
  'rules/Greeting.js': GREETING,
}
