import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'roles-in-the-token'
const ROLE = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'
const configuration = { ROLES_CLIENT_ID: 'office365' }

await tryExample([
  {
    rule,
    configuration,
    when: 'next to other mappings',
    context: { authorization: { roles: ['editor', 'reader'] }, samlConfiguration: { mappings: { kept: 'name' } } },
    expects: {
      user: { roles_for_token: ['editor', 'reader'] },
      context: { samlConfiguration: { mappings: { kept: 'name', [ROLE]: 'roles_for_token' } } },
    },
  },
  { rule, configuration, when: 'without roles', context: { authorization: undefined }, expects: { user: { roles_for_token: [] } } },
  { rule, when: 'another application', expects: { user: { roles_for_token: undefined }, context: { samlConfiguration: {} } } },
])
