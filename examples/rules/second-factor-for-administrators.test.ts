import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'second-factor-for-administrators'
const configuration = { SECOND_FACTOR_ROLES: 'admin, finance' }
const asked = { context: { multifactor: { provider: 'any', allowRememberBrowser: false } } }
const notAsked = { context: { multifactor: undefined } }
const finance = { authorization: { roles: ['reader', 'finance'] } }

await tryExample([
  { rule, configuration, when: 'in finance', context: finance, expects: asked },
  { rule, when: 'an administrator, not configured', context: { authorization: { roles: ['admin'] } }, expects: asked },
  {
    rule,
    configuration,
    when: 'in finance, with one used',
    context: { ...finance, authentication: { methods: [{ name: 'mfa', timestamp: 1 }] } },
    expects: notAsked,
  },
  { rule, configuration, when: 'an editor', expects: notAsked },
  {
    rule,
    configuration,
    when: 'nothing known of roles',
    context: { authorization: undefined, authentication: undefined },
    expects: notAsked,
  },
])
