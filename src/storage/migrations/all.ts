import type { Migration } from '../migrate.ts'
import * as theBeginning from './0001-the-beginning.ts'
import * as rules from './0002-rules.ts'
import * as accountAliases from './0003-account-aliases.ts'
import * as connectionTests from './0004-connection-tests.ts'
import * as sessionIdentities from './0005-session-identities.ts'
import * as endedSignIns from './0006-ended-sign-ins.ts'
import * as testedFiles from './0007-tested-files.ts'

/** Every migration there is, in order. */
export const migrations: readonly Migration[] = [
  { name: '0001-the-beginning', breaking: theBeginning.breaking, up: theBeginning.up },
  { name: '0002-rules', breaking: rules.breaking, up: rules.up },
  { name: '0003-account-aliases', breaking: accountAliases.breaking, up: accountAliases.up },
  { name: '0004-connection-tests', breaking: connectionTests.breaking, up: connectionTests.up },
  { name: '0005-session-identities', breaking: sessionIdentities.breaking, up: sessionIdentities.up },
  { name: '0006-ended-sign-ins', breaking: endedSignIns.breaking, up: endedSignIns.up },
  { name: '0007-tested-files', breaking: testedFiles.breaking, up: testedFiles.up },
]
