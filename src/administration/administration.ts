import type { Connection } from '#connections/connection.ts'
import type { Account } from '#kernel/account.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RuleSettings } from '#kernel/rule.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Stores } from '#storage/open.ts'
import { personAdding } from './new-person.ts'
import { settingsAdministration } from './settings.ts'
import type { RuleSafety } from './trials.ts'

interface Parts {
  readonly stores: Stores
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly openConnection: (settings: ConnectionSettings) => Connection
  readonly publicUrl: URL
  /** How rules are run on this machine. */
  readonly rules: RuleSafety
}

/** What an administrator does, from the command line today. */
export const administration = ({ stores, clock, randomness, log, openConnection, publicUrl, rules }: Parts) => {
  const { check, ...settings } = settingsAdministration({ stores, clock, publicUrl, openConnection })
  return {
    ...settings,
    /** Rules and moving in: loaded when somebody works on them, and never by a start. */
    desk: async () => (await import('./desk.ts')).openDesk({ stores, clock, randomness, publicUrl, rules, check }),
    /** Connections: seen, tried and switched. */
    connectionDesk: async () =>
      (await import('./connections.ts')).connectionDesk({ stores, clock, randomness, log, publicUrl, openConnection }),
    ...personAdding({ stores, clock }),
    /** What is remembered about a user, by the name rules and the Management API have for them. */
    findUser: (publicId: string) => stores.records.byPublicId(publicId),
    /** Replaces the rules, their configuration and budget by what `edit` makes of them; it may run more than once. */
    changeRules: (author: string, edit: (current: RuleSettings) => RuleSettings) => stores.rules.change({ author, at: clock.now(), edit }),
    /** What happened, the latest in the order it did. */
    events: (asked: Parameters<Stores['eventLog']['latest']>[0]) => stores.eventLog.latest(asked),
    /** Accounts that wait or stopped. */
    openAccounts: () => stores.accountDesk.open(),
    showAccount: (name: string) => stores.accountDesk.show(name),
    /** Tries an account again now; `restore` also brings back what somebody removed or switched off. */
    releaseAccount: (account: Account, how: 'retry' | 'restore') => stores.accountDesk.release(account, how, clock.now()),
  }
}
