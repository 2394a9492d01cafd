import { readFileSync } from 'node:fs'
import type { Connection } from '#connections/connection.ts'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { ConnectionSettings, Settings } from '#kernel/settings.ts'
import { isLoopbackHost } from '#lib/loopback.ts'
import type { DeclaredSettings } from '#management/settings-file.ts'
import type { Stores } from '#storage/open.ts'

interface Parts {
  readonly stores: Pick<Stores, 'settings'>
  readonly clock: Clock
  readonly openConnection: (settings: ConnectionSettings) => Connection
  readonly publicUrl: URL
}

/** What settings may say: needed when somebody says it, and not by a start with the settings there are. */
const reader = () => import('#management/settings-file.ts')

/** What an administrator declares: judged, put in force, and looked at. */
export const settingsAdministration = ({ stores, clock, openConnection, publicUrl }: Parts) => {
  const isElsewhere = !isLoopbackHost(publicUrl.hostname)
  const check = async (declared: DeclaredSettings): Promise<void> => {
    for (const one of declared.connections) openConnection({ ...one, id: one.name })
    assertComplete(declared, await stores.settings.current())
    if (isElsewhere) assertElsewhere(declared)
  }
  /** What changed, in words; nothing when everything was so already. Throws `settings_invalid`. */
  const apply = async (declared: DeclaredSettings): Promise<readonly string[]> => {
    await check(declared)
    const { changes } = await stores.settings.apply(declared, clock.now())
    return changes
  }
  return {
    /** Throws `settings_invalid` for what may not be declared. */
    check,
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
      if (isElsewhere) assertElsewhere(await stores.settings.current())
    },
    /** What holds now and may not have been meant, in words. */
    settingsNotes: async (): Promise<readonly string[]> => {
      const { settingsNotes } = await import('#management/settings-notes.ts')
      return settingsNotes(await stores.settings.current())
    },
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
