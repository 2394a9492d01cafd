import type { Subject } from '#kernel/account.ts'
import type { AccountsTable } from '../schema.ts'

type SubjectRow = Pick<AccountsTable, 'user_id' | 'stage' | 'immutable_id' | 'principal_name'>

/** The one place a subject is made: from an account row that is ready, and from nothing else. */
export const subjectOf = (row: SubjectRow): Subject | undefined => {
  if (row.stage !== 'ready') return undefined
  const subject = { userId: row.user_id, immutableId: row.immutable_id, userPrincipalName: row.principal_name }
  return subject as Subject // the brand has no value: this line is what it stands for
}
