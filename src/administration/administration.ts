import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Connection } from '#connections/connection.ts'
import { usernameOf } from '#connections/database/database.ts'
import { hashPassword } from '#connections/database/passwords.ts'
import type { Account } from '#kernel/account.ts'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Names } from '#kernel/person.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { RuleSettings } from '#kernel/rule.ts'
import type { ConnectionSettings, Settings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import type { DeclaredSettings } from '#management/settings-file.ts'
import type { Stores } from '#storage/open.ts'
import type { RuleSafety } from './trials.ts'

/** Somebody with a password, as an administrator adds them. */
export interface NewPerson {
  readonly connection: string
  readonly username: string
  readonly password: string
  readonly names: Names
  readonly email?: string
  readonly attributes: Readonly<Record<string, unknown>>
}

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

/** What settings may say: needed when somebody says it, and not by a start with the settings there are. */
const reader = () => import('#management/settings-file.ts')

/** What an administrator does, from the command line today. */
export const administration = ({ stores, clock, randomness, log, openConnection, publicUrl, rules }: Parts) => {
  const check = async (declared: DeclaredSettings): Promise<void> => {
    for (const one of declared.connections) openConnection({ ...one, id: one.name })
    assertComplete(declared, await stores.settings.current())
    if (!isLoopbackHost(publicUrl.hostname)) assertElsewhere(declared)
  }
  /** What changed, in words; nothing when everything was so already. Throws `settings_invalid`. */
  const apply = async (declared: DeclaredSettings): Promise<readonly string[]> => {
    await check(declared)
    const { changes } = await stores.settings.apply(declared, clock.now())
    return changes
  }
  return {
    /** Rules and moving in: loaded when somebody works on them, and never by a start. */
    desk: async () => (await import('./desk.ts')).openDesk({ stores, clock, randomness, publicUrl, rules, check }),
    /** Connections: seen, tried and switched. */
    connectionDesk: async () =>
      (await import('./connections.ts')).connectionDesk({ stores, clock, randomness, log, publicUrl, openConnection }),
    apply: async (raw: unknown) => {
      const { readSettings } = await reader()
      return apply(readSettings(raw, { file: 'settings', read: (path) => readFileSync(path, 'utf8'), environment: {} }))
    },
    applyFile: async (file: string) => {
      const { readSettingsFile } = await reader()
      return apply(readSettingsFile(file))
    },
    /** Reads a settings file as `applyFile` would, and writes nothing. Throws `settings_invalid`. */
    checkFile: async (file: string): Promise<void> => {
      const { readSettingsFile } = await reader()
      await check(readSettingsFile(file))
    },
    /**
     * Settings may have been put in force while people reached Usher on this machine, as in a demo. Throws
     * `settings_invalid` where they do not any more, and addresses of this machine are still among them.
     */
    checkInForce: async (): Promise<void> => {
      if (!isLoopbackHost(publicUrl.hostname)) assertElsewhere(await stores.settings.current())
    },
    /** What holds now and may not have been meant, in words. */
    settingsNotes: async (): Promise<readonly string[]> => {
      const { settingsNotes } = await import('#management/settings-notes.ts')
      return settingsNotes(await stores.settings.current())
    },
    /** False when somebody has this user name already. Throws `settings_invalid` for a connection that has no people. */
    addPerson: async ({ connection, username, password, ...said }: NewPerson): Promise<boolean> => {
      const { connections } = await stores.settings.current()
      const found = connections.find((one) => one.name === connection && one.type === 'database')
      if (!found) throw new UsherError('settings_invalid', { detail: { problem: `there is no database connection ${connection}` } })
      const hash = await hashPassword(password)
      const entry = {
        ...said,
        connection: found.id,
        username: usernameOf(username),
        subject: randomUUID(),
        hash,
        emailVerified: said.email !== undefined,
      }
      return stores.passwords.add(entry, clock.now())
    },
    /** What is remembered about a user, by the name rules and the Management API have for them. */
    findUser: (publicId: string) => stores.records.byPublicId(publicId),
    /** Replaces the rules, their configuration and budget by what `edit` makes of them; it may run more than once. */
    changeRules: (author: string, edit: (current: RuleSettings) => RuleSettings) => stores.rules.change({ author, at: clock.now(), edit }),
    /** Accounts that wait or stopped. */
    openAccounts: () => stores.accountDesk.open(),
    showAccount: (name: string) => stores.accountDesk.show(name),
    /** Tries an account again now; `restore` also brings back what somebody removed or switched off. */
    releaseAccount: (account: Account, how: 'retry' | 'restore') => stores.accountDesk.release(account, how, clock.now()),
  }
}

/** Every name that is referred to must be there, declared now or before. */
const assertComplete = (declared: DeclaredSettings, current: Settings): void => {
  const targets = new Set([...declared.targets, ...current.targets].map(({ name }) => name))
  const connections = new Set([...declared.connections, ...current.connections].map(({ name }) => name))
  declared.relyingParties.forEach((party, index) => {
    const at = `relyingParties.${index}`
    if (!targets.has(party.target)) throw missing(`${at}.target`, party.target)
    for (const name of party.connections) if (!connections.has(name)) throw missing(`${at}.connections`, name)
  })
}

/** This machine's own addresses are taken only while people reach Usher on this machine, too. */
const assertElsewhere = ({ targets, relyingParties }: Pick<DeclaredSettings, 'targets' | 'relyingParties'>): void => {
  const isHere = (address: string | undefined): boolean => address !== undefined && isLoopbackHost(new URL(address).hostname)
  const refused = (field: string) =>
    new UsherError('settings_invalid', { detail: { field, problem: `${field}: an address of this machine; publicUrl is elsewhere` } })
  targets.forEach(({ addresses }, index) => {
    if (isHere(addresses?.login) || isHere(addresses?.graph)) throw refused(`targets.${index}.addresses`)
  })
  relyingParties.forEach(({ replyUrls, signInUrl, signOutUrl }, index) => {
    if ([...replyUrls, signInUrl, signOutUrl].some(isHere)) throw refused(`relyingParties.${index}`)
  })
}

const missing = (field: string, name: string) =>
  new UsherError('settings_invalid', { detail: { field, problem: `${field}: there is no ${name}` } })
