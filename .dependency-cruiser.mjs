// The import law: who may know whom. ARCHITECTURE.md says why; `npm run check` holds everybody to it, tests included
// where that makes sense. Each comment tells whoever broke the rule what to do instead.

const PLUG_INS = 'protocols|connections|rules|provisioning|tokens|storage|jobs'
/** The one file of each rank-1 folder that higher ranks may know. */
const CONTRACTS =
  '^src/(protocols/protocol|connections/connection|rules/runner|provisioning/target|tokens/format|storage/storage|jobs/queue)[.]ts$'
const TESTS = '[.]test[.]ts$'
const TESTING = '/testing(/|[.]ts$)'
const WORDS = '^src/(kernel|lib)/'
const FLOW = '^src/sign-in/(open|pipeline|step)[.]ts$'

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { pathNot: TESTS, ...from }, to })

/** Only these folders or files may import the package. */
const quarantine = (name, home, packages) =>
  forbid(
    `only-${name}`,
    `Declare a port beside your code; ${home} is where ${packages} is used.`,
    { path: '^src/', pathNot: [TESTS, home] },
    {
      path: packages,
      dependencyTypesNot: ['type-only'],
    },
  )

const ranks = [
  forbid(
    'kernel-imports-nothing',
    'The kernel holds words everybody shares: no folder of ours, no package.',
    { path: '^src/kernel/' },
    {
      pathNot: '^src/kernel/',
    },
  ),
  forbid(
    'lib-is-a-leaf',
    'A leaf helper knows the kernel at most. Pass in what it needs.',
    { path: '^src/lib/' },
    {
      path: '^src/',
      pathNot: WORDS,
    },
  ),
  forbid(
    'plug-ins-never-meet',
    'Declare the narrowest port beside your code; app.ts joins the two.',
    { path: `^src/(${PLUG_INS})/` },
    {
      path: `^src/(${PLUG_INS})/`,
      pathNot: '^src/$1/',
    },
  ),
  forbid(
    'plug-ins-look-down',
    'A plug-in knows the kernel and lib; whoever uses it passes in the rest.',
    { path: `^src/(${PLUG_INS})/` },
    {
      path: '^src/',
      pathNot: [WORDS, `^src/(${PLUG_INS})/`],
    },
  ),
  forbid(
    'flow-knows-contracts',
    'Import the contract at the root of that folder, not what fulfills it.',
    { path: '^src/(sign-in|upkeep)/' },
    {
      path: '^src/',
      pathNot: [WORDS, CONTRACTS, '^src/$1/'],
    },
  ),
  forbid(
    'http-knows-the-flow',
    'http knows the kernel, lib, contracts and how a sign-in is opened and moved on.',
    { path: '^src/http/' },
    {
      path: '^src/',
      pathNot: [WORDS, CONTRACTS, FLOW, '^src/http/'],
    },
  ),
  forbid(
    'management-knows-contracts',
    'Management knows the kernel, lib and contracts.',
    { path: '^src/management/' },
    {
      path: '^src/',
      pathNot: [WORDS, CONTRACTS, '^src/management/'],
    },
  ),
  forbid(
    'cli-starts-the-app',
    'A command uses the app and the configuration, nothing below.',
    { path: '^src/cli/' },
    {
      path: '^src/',
      pathNot: [WORDS, '^src/cli/', '^src/(app|config|environment)[.]ts$'],
    },
  ),
  forbid(
    'only-cli-imports-app',
    'The composition root is on top; take what you need as an argument.',
    { path: '^src/', pathNot: [TESTS, '^src/cli/'] },
    {
      path: '^src/app[.]ts$',
    },
  ),
  forbid(
    'only-the-top-knows-the-desk',
    'What an administrator does is put together on top; take what you need as an argument.',
    { path: '^src/', pathNot: [TESTS, '^src/(administration/|app[.]ts$|rule-workshop[.]ts$)'] },
    {
      path: '^src/administration/',
    },
  ),
  forbid(
    'only-the-top-imports-config',
    'Take the values you need as arguments.',
    { path: '^src/', pathNot: [TESTS, '^src/(cli/|app[.]ts$)'] },
    {
      path: '^src/config[.]ts$',
    },
  ),
]

const borders = [
  forbid(
    'emulator-is-another-house',
    'Usher and the emulator meet on the wire alone.',
    { path: '^emulator/', pathNot: [] },
    { path: '^src/' },
  ),
  forbid(
    'usher-knows-no-emulator',
    'Usher and the emulator meet on the wire alone; a test may start one.',
    { path: '^src/' },
    { path: '^emulator/' },
  ),
  forbid(
    'sources-know-no-tests',
    'What a test needs lives in test/.',
    { path: '^(src|emulator)/', pathNot: [TESTS, TESTING] },
    { path: `^test/|${TESTS}` },
  ),
  forbid(
    'hash-crosses-a-folder',
    'Write #folder/file.ts, so that the import line shows the border.',
    { path: '^src/([^/]+)/' },
    {
      path: '^src/[^/]+/',
      pathNot: '^src/$1/',
      dependencyTypesNot: ['aliased-subpath-import'],
    },
  ),
  forbid(
    'dot-stays-inside',
    'Write ./file.ts inside a folder.',
    { path: '^src/([^/]+)/' },
    {
      path: '^src/$1/',
      dependencyTypes: ['aliased-subpath-import'],
    },
  ),
]

const packages = [
  quarantine('fastify', '^src/(http|management)/', '^node_modules/(@fastify|fastify)/'),
  quarantine('kysely', '^src/storage/', '^node_modules/(kysely|pg)/|^(node:)?sqlite$'),
  quarantine('commander', '^src/cli/', '^node_modules/commander/'),
  quarantine('pino', '^src/lib/log[.]ts$', '^node_modules/pino/'),
  quarantine('xml-crypto', '^src/lib/xml-signature[.]ts$', '^node_modules/(xml-crypto|@xmldom)/'),
  quarantine('undici', '^src/lib/outbound[.]ts$', '^node_modules/undici/'),
  quarantine('openid-client', '^src/connections/', '^node_modules/(openid-client|oauth4webapi)/'),
  quarantine('ldapts', '^src/connections/ldap/', '^node_modules/ldapts/'),
  quarantine('jose', '^src/(connections/|provisioning/graph/app-credential[.])', '^node_modules/jose/'),
  quarantine('node-saml', '^src/connections/saml/saml-(request|decryption)[.]ts$', '^node_modules/@node-saml/'),
  quarantine('argon2', '^src/connections/database/', '^node_modules/@node-rs/argon2/'),
  quarantine(
    'rule-modules',
    '^src/rules/inside/',
    '^node_modules/(async|auth0-[23]|axios|bluebird|ipaddr[.]js-1|jsonwebtoken(-8)?|lodash(-[23])?|moment(-timezone)?|native-or-bluebird|node-fetch|oauth-sign|q|querystring|request(-promise)?|slack-notify|url|uuid|xml2js|xmldom|xpath|xtend)/',
  ),
  forbid(
    'declared-packages-only',
    'Add it to dependencies in package.json; what only tests use must not run in production.',
    { path: '^src/' },
    {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only', 'npm', 'npm-optional'],
    },
  ),
]

const shape = [
  forbid('no-cycles', 'Move what both need to where neither is.', { pathNot: [] }, { circular: true }),
  forbid('no-unresolved', 'The import leads nowhere.', { pathNot: [] }, { couldNotResolve: true }),
]

export default {
  forbidden: [...ranks, ...borders, ...packages, ...shape],
  options: {
    // Types are part of the law: without this an `import type` would not be seen.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs'],
    },
  },
}
