import { readFileSync } from 'node:fs'
import type { Connection } from '#connections/connection.ts'
import { databaseType } from '#connections/database/database.ts'
import { ldapType } from '#connections/ldap/ldap.ts'
import { oauth2Types } from '#connections/oauth2/oauth2.ts'
import { oidcType } from '#connections/oidc/oidc.ts'
import { samlType } from '#connections/saml/saml.ts'
import { socialTypes } from '#connections/oidc/social.ts'
import { type HttpServer, httpServer } from '#http/server.ts'
import { AUDIT_MAX_AGE_DAYS } from '#kernel/audit.ts'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings, Settings, TargetSettings } from '#kernel/settings.ts'
import { wsfed } from '#protocols/wsfed/wsfed.ts'
import { type GraphTarget, graphTarget } from '#provisioning/graph/graph-target.ts'
import type { ProvisioningTarget } from '#provisioning/target.ts'
import { createDrives, type Drives } from '#sign-in/drives.ts'
import { refusalBook } from '#sign-in/refusal-book.ts'
import { createRuleRuns, type RuleRuns } from '#sign-in/rule-runs.ts'
import { createSignIn } from '#sign-in/sign-in.ts'
import { backUp } from '#storage/back-up.ts'
import { type OpenedStorage, openStorage } from '#storage/open.ts'
import { saml11 } from '#tokens/saml11.ts'
import { type SigningKeys, signingKeys } from '#tokens/signing-keys.ts'
import { sweep } from '#upkeep/sweep.ts'
import { administration } from '#administration/administration.ts'
import type { Config } from './config.ts'
import { type Environment, processEnvironment } from './environment.ts'
import { type RuleEngine, ruleEngine } from './rule-engine.ts'

/** Tells this process from all others that share the accounts. */
const OWNER_BYTES = 16

export type App = Awaited<ReturnType<typeof createApp>>

/** Opens the database and puts Usher together on it. A `command` works beside a running server, and so does an `upgrade`. */
export const createApp = async (
  config: Config,
  { role, environment = processEnvironment() }: { readonly role: 'server' | 'command' | 'upgrade'; readonly environment?: Environment },
) => {
  const keyEncryptionKey = readKey(config.keyFile)
  const storage = await openStorage({ ...environment, database: config.database, keyEncryptionKey, role })
  try {
    return await putTogether(config, storage, environment)
  } catch (error) {
    // Whoever cannot start holds nobody else up, nor the end of their own process.
    await storage.close()
    await environment.close()
    throw error
  }
}

/** The only place that names every plug-in. */
const putTogether = async (config: Config, storage: OpenedStorage, environment: Environment) => {
  const keys = await signingKeys({ ...environment, book: storage.stores.keys })
  const plugins = pluginsOf(config, storage, environment)
  const drives = createDrives({ ...environment, people: storage.stores.people })
  const owner = environment.randomness.bytes(OWNER_BYTES).toString('hex')
  const ruleRuns = createRuleRuns({ ...environment, owner, isOnlyServer: storage.isOnlyServer })
  const engine = ruleEngine({
    ...environment,
    stores: storage.stores,
    publicUrl: config.publicUrl,
    config: config.rules,
    openTarget: plugins.openTarget,
    openConnection: plugins.connection,
  })
  const stopping = new AbortController()
  const server = serverOf({ config, environment, storage, keys, plugins, drives, engine, ruleRuns, stopping: stopping.signal })
  const upkeep: Promise<void>[] = []
  return {
    ...administration({
      ...environment,
      stores: storage.stores,
      openConnection: plugins.connection,
      publicUrl: config.publicUrl,
      rules: config.rules,
    }),
    /** The certificates relying parties should trust, the one in use first; base64 DER. */
    certificates: (): readonly string[] => keys.published(),
    /** What keeps rules apart from the machine; undefined while none runs. */
    ruleJail: engine.jail,
    listen: async (): Promise<string> => {
      await engine.start()
      const address = await server.listen()
      upkeep.push(sweep({ ...environment, ...sweptIn(storage), target: plugins.targetNamed }, stopping.signal))
      return address
    },
    /** Takes no new visits, finishes those there are, lets accounts under way take their step, then closes the database. */
    stop: async (): Promise<void> => {
      stopping.abort()
      await server.close()
      await Promise.all([drives.stop(), ruleRuns.stop()])
      await engine.stop()
      await Promise.all(upkeep)
      await storage.close()
      await environment.close()
    },
  }
}

const sweptIn = ({ stores: { upkeep: leftovers, oldEvents, accounts, settings } }: OpenedStorage) => ({
  leftovers,
  oldEvents,
  accounts,
  auditMaxAgeDays: async (): Promise<number> => (await settings.current()).auditMaxAgeDays ?? AUDIT_MAX_AGE_DAYS,
})

/** Copies the database to a new file, a server running or not. Throws `storage_unavailable` and `settings_invalid`. */
export const backUpDatabase = ({ database }: Pick<Config, 'database'>, file: string): void => backUp(database, file)

interface Plugins {
  readonly connection: (settings: ConnectionSettings) => Connection
  readonly target: (settings: Settings, name: string) => ProvisioningTarget
  readonly openTarget: (settings: TargetSettings) => GraphTarget
  /** By the settings in force; undefined when they know it no longer. */
  readonly targetNamed: (name: string) => Promise<ProvisioningTarget | undefined>
  /** The most our clock is off by, as far as any target knows; in milliseconds, 0 while none does. */
  readonly clockSkewMs: () => number
}

const pluginsOf = (config: Config, { stores }: OpenedStorage, environment: Environment): Plugins => {
  const oidc = { ...environment, publicUrl: config.publicUrl }
  const types = [
    databaseType({ ...environment, passwords: stores.passwords }),
    ldapType({ ...oidc, passwords: stores.passwords }),
    oidcType(oidc),
    samlType(oidc),
    ...socialTypes(oidc),
    ...oauth2Types(oidc),
  ]
  const connection = perSettings((settings: ConnectionSettings) => {
    const type = types.find((one) => one.type === settings.type)
    if (!type) throw new UsherError('settings_invalid', { detail: { field: 'type', problem: unknownType(settings, types) } })
    return type.open(settings)
  })
  const { accounts, aliases, seats, digest } = stores
  const owner = environment.randomness.bytes(OWNER_BYTES).toString('hex')
  const targets = new Map<string, GraphTarget>()
  const openTarget = perSettings((settings: TargetSettings) => {
    const target = graphTarget({ ...environment, settings, accounts, aliases, seats, digest, owner })
    targets.set(settings.name, target)
    return target
  })
  const known = (settings: Settings, name: string) => settings.targets.find((one) => one.name === name)
  return {
    connection,
    openTarget,
    target: (settings, name) => {
      const found = known(settings, name)
      if (!found) throw new UsherError('settings_invalid', { detail: { field: 'target', target: name } })
      return openTarget(found)
    },
    targetNamed: async (name) => {
      const found = known(await stores.settings.current(), name)
      return found && openTarget(found)
    },
    clockSkewMs: () => Math.max(0, ...[...targets.values()].map((target) => Math.abs(target.clockSkewMs()))),
  }
}

interface ServerParts {
  readonly config: Config
  readonly environment: Environment
  readonly storage: OpenedStorage
  readonly keys: SigningKeys
  readonly plugins: Plugins
  readonly drives: Drives
  readonly engine: RuleEngine
  readonly ruleRuns: RuleRuns
  readonly stopping: AbortSignal
}

const serverOf = ({ config, environment, storage, keys, plugins, drives, engine, ruleRuns, stopping }: ServerParts): HttpServer => {
  const { publicUrl, trustedProxies, listen } = config
  const protocols = [wsfed({ ...environment, publicUrl, certificates: keys })]
  const formats = [saml11({ ...environment, keys })]
  const signIn = createSignIn({
    ...environment,
    ...plugins,
    books: storage.stores,
    refusals: refusalBook(storage.stores.ledger),
    ruleRunner: engine.runner,
    ruleRuns,
    protocols: byName(protocols),
    formats: byName(formats),
    drives,
    publicUrl,
  })
  return httpServer({
    ...environment,
    publicUrl,
    organization: config.organization,
    trustedProxies,
    listen,
    ...(config.tls && { tls: readTls(config.tls) }),
    protocols: protocols.map(({ name }) => name),
    signIn,
    sessions: storage.stores.sessions,
    management: engine.management,
    health: { isReady: async () => !stopping.aborted && (await storage.health()), ruleJail: engine.jail },
  })
}

const unknownType = ({ name, type }: ConnectionSettings, types: readonly { readonly type: string }[]): string =>
  `${name}: there is no type ${type}. There are ${types.map((one) => one.type).join(', ')}`

/** Opened once for each reading of the settings: the same object gives the same plug-in. */
const perSettings = <Settings extends object, Plugin>(open: (settings: Settings) => Plugin): ((settings: Settings) => Plugin) => {
  const opened = new WeakMap<Settings, Plugin>()
  return (settings) => {
    const plugin = opened.get(settings) ?? open(settings)
    opened.set(settings, plugin)
    return plugin
  }
}

const byName = <T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.name, one]))

const readTls = ({ certificateFile, keyFile }: NonNullable<Config['tls']>) => ({
  certificatePem: readFileSync(certificateFile, 'utf8'),
  privateKeyPem: readFileSync(keyFile, 'utf8'),
})

/** Throws `key_missing`, with the way to make one where there is none: a new one in the place of one that is there would lose everything. */
const readKey = (file: string): Secret => {
  try {
    return new Secret(readFileSync(file, 'utf8').trim())
  } catch (error) {
    const isThere = !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
    const problem = isThere
      ? `the key-encryption key cannot be read: ${error instanceof Error ? error.message : error}`
      : `there is no key-encryption key. Put back the one the database was made with, or before the first start make one: (umask 077; head -c 32 /dev/urandom | base64 > ${file})`
    throw new UsherError('key_missing', { cause: error, detail: { file, problem } })
  }
}
