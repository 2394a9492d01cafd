import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'department-claim'
const claimed = {
  context: { samlConfiguration: { mappings: { 'http://schemas.fabrikam.example/claims/department': 'department_for_token' } } },
}

await tryExample([
  {
    rule,
    when: 'written down by an administrator',
    user: { department: 'Said by a directory', app_metadata: { department: ' Sales ' } },
    expects: { ...claimed, user: { department_for_token: 'Sales' } },
  },
  { rule, when: 'said by a directory', user: { department: 'Legal' }, expects: { ...claimed, user: { department_for_token: 'Legal' } } },
  {
    rule,
    when: 'nothing, or no text',
    user: { department: ['Legal'], app_metadata: { department: '  ' } },
    expects: { user: { department_for_token: undefined }, context: { samlConfiguration: {} } },
  },
  { rule, when: 'without metadata', user: { app_metadata: undefined }, expects: { context: { samlConfiguration: {} } } },
])
