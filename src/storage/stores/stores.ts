import type { Randomness } from '#kernel/randomness.ts'
import type { Secret } from '#kernel/secret.ts'
import type { Secrets } from '#lib/secrets.ts'
import type { Storage } from '../storage.ts'
import { aliasStore } from './account-aliases.ts'
import { accountDesk } from './account-desk.ts'
import { accountLeases } from './account-leases.ts'
import { accountStore } from './accounts.ts'
import { apiTokenStore } from './api-tokens.ts'
import { connectionTestStore } from './connection-tests.ts'
import { connectionTrialStore } from './connection-trials.ts'
import { directoryStore } from './directory.ts'
import { dueAccounts } from './due-accounts.ts'
import { eventLog } from './event-log.ts'
import { eventRows } from './events.ts'
import { grantStore } from './grants.ts'
import { identityDigest } from './identity-digest.ts'
import { importStore } from './imports.ts'
import { joinStore } from './joins.ts'
import { keyStore } from './keys.ts'
import { ledgerStore } from './ledger.ts'
import { leftoverStore } from './leftovers.ts'
import { linkStore } from './links.ts'
import { oldEventStore } from './old-events.ts'
import { passwordTries } from './password-tries.ts'
import { passwordStore } from './passwords.ts'
import { peopleStore } from './people.ts'
import { recordChanges } from './record-changes.ts'
import { recordStore } from './records.ts'
import { ruleRunStore } from './rule-runs.ts'
import { ruleStore } from './rules.ts'
import { seatStore } from './seats.ts'
import { sessionDesk } from './session-desk.ts'
import { sessionStore } from './sessions.ts'
import { settingsStore } from './settings.ts'
import { subjectStore } from './subjects.ts'
import { transactionStore } from './transactions.ts'

export interface StoresParts {
  readonly storage: Storage
  readonly sealer: Secrets
  /** Base64 of 32 bytes that never change. */
  readonly identityKey: Secret
  readonly randomness: Randomness
}

export type Stores = ReturnType<typeof createStores>

/** Everything Usher keeps. Each store has the shape its users ask for, and knows none of them. */
export const createStores = ({ storage, sealer, identityKey, randomness }: StoresParts) => {
  const eventRow = eventRows(randomness)
  const settings = settingsStore({ storage, sealer, randomness, eventRow })
  const records = recordStore({ storage, settings })
  return {
    settings,
    transactions: transactionStore({ storage, sealer }),
    people: peopleStore({ storage, randomness }),
    records: { ...records, ...recordChanges({ storage, eventRow, ...records }), ...linkStore({ storage, eventRow, randomness }) },
    joins: joinStore({ storage, eventRow, randomness }),
    rules: ruleStore({ storage, sealer, eventRow }),
    imports: importStore({ storage, sealer, eventRow, randomness }),
    ruleRuns: ruleRunStore({ storage, sealer, randomness }),
    apiTokens: apiTokenStore({ storage, eventRow }),
    connectionTests: connectionTestStore({ storage, eventRow }),
    connectionTrials: connectionTrialStore({ storage, sealer }),
    sessions: sessionStore({ storage, eventRow }),
    sessionDesk: sessionDesk({ storage, eventRow }),
    grants: grantStore(storage),
    directory: directoryStore({ storage, eventRow }),
    eventLog: eventLog(storage),
    oldEvents: oldEventStore({ storage, eventRow }),
    ledger: ledgerStore({ storage, eventRow }),
    accounts: { ...accountStore({ storage, eventRow }), ...accountLeases(storage), ...dueAccounts(storage) },
    accountDesk: accountDesk({ storage, eventRow }),
    aliases: aliasStore({ storage, eventRow }),
    subjects: subjectStore({ storage, eventRow }),
    seats: seatStore(storage),
    digest: identityDigest(identityKey),
    keys: keyStore({ storage, sealer }),
    passwords: { ...passwordStore({ storage, eventRow }), ...passwordTries(storage) },
    upkeep: leftoverStore(storage),
  }
}
