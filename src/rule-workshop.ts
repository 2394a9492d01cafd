import { connectionDesk } from '#administration/connections.ts'
import { sessionAdministration } from '#administration/sessions.ts'
import type { Connection } from '#connections/connection.ts'
import type { Management } from '#http/management-port.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { UserId } from '#kernel/person.ts'
import type { ConnectionSettings, TargetSettings } from '#kernel/settings.ts'
import { managementApi } from '#management/api/management-api.ts'
import { administratorTokens } from '#management/api/principal.ts'
import { ruleTokens } from '#management/api/rule-tokens.ts'
import { userView } from '#management/api/user-view.ts'
import type { GraphTarget } from '#provisioning/graph/graph-target.ts'
import { azureAdGraph } from '#rules/azure-ad-graph/azure-ad-graph.ts'
import { bridgedTenants } from '#rules/azure-ad-graph/tenants.ts'
import { egress } from '#rules/egress.ts'
import { onlyJailed } from '#rules/only-jailed.ts'
import { createPool } from '#rules/pool.ts'
import { ruleRunner } from '#rules/rule-runner.ts'
import type { InnerHost, RuleRunner } from '#rules/runner.ts'
import { wayOut } from '#rules/way-out.ts'
import type { Stores } from '#storage/open.ts'
import type { Environment } from './environment.ts'
import { newRuleId } from '#administration/rule-ids.ts'

export interface RuleWorkshopParts extends Environment {
  readonly stores: Stores
  readonly publicUrl: URL
  /** How rules are run on this machine. */
  readonly config: {
    readonly jail: 'auto' | 'unshare' | 'bwrap' | 'none'
    /** Whether they may run where no jail can be had. */
    readonly mayRunUnjailed: boolean
    readonly privateHosts: readonly string[]
  }
  readonly openConnection: (settings: ConnectionSettings) => Connection
  /** The target a rule's person needs an account in. */
  readonly openTarget: (settings: TargetSettings) => GraphTarget
}

export interface RuleWorkshop {
  readonly runner: RuleRunner
  readonly management: Management
  /** Which jail rules run in; undefined while none runs. */
  readonly jail: () => string | undefined
  /** Has everything ready where there are rules. Throws `settings_invalid` where they may not run. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Puts together what runs rules: their processes, where they may call, and what answers them inside Usher. */
export const openRuleWorkshop = (parts: RuleWorkshopParts): RuleWorkshop => {
  const { stores, publicUrl, config, clock } = parts
  const tokens = ruleTokens(parts)
  const api = { users: stores.records, beforeMetadata: settledPatch(parts), settings: stores.settings, rules: stores.rules }
  const connections = connectionDesk(parts)
  const sessions = sessionAdministration(parts)
  const common = { ...api, connections, sessions, newRuleId: newRuleId(parts.randomness), clock, log: parts.log }
  const forRules = managementApi({ ...common, principal: tokens.principal })
  const bridge = azureAdGraph({
    ...parts,
    tenants: bridgedTenants({ settings: stores.settings.current, directory: (settings) => parts.openTarget(settings).bridge }),
    mayAct: async ({ userId, target }) => (await stores.people.standing(userId, target))?.user.blocked === false,
  })
  const unguarded = createPool({
    jail: config.jail,
    reach: egress({ ...wayOut, privateHosts: config.privateHosts }),
    innerHosts: [bridge, managementHost(publicUrl, forRules.answer)],
    log: parts.log,
  })
  const pool = onlyJailed(unguarded, config)
  const runner = ruleRunner({
    isolation: pool,
    tokens,
    updateMetadata: async ({ kind, publicId, patch, caller }) => {
      const known = await stores.records.byPublicId(publicId)
      if (!known) throw new Error('The user does not exist.')
      const settled = kind === 'app' ? await api.beforeMetadata(known.userId, patch) : patch
      const trace = { by: `rule ${caller.reference}`, reference: caller.reference, at: clock.now() }
      const record = await stores.records.patchMetadata({ kind, publicId, patch: settled, ...trace })
      if (!record) throw new Error('The user does not exist.')
      return userView(record)
    },
    keep: async (run) => void (await stores.ruleRuns.record(run)),
    publicUrl,
    clock,
    log: parts.log,
  })
  return {
    runner,
    management: managementApi({ ...common, principal: administratorTokens(stores.apiTokens, clock) }),
    jail: pool.jail,
    start: pool.start,
    stop: pool.stop,
  }
}

/** Rules call the Management API at Usher's own address; they never leave the house for it. */
const managementHost = (publicUrl: URL, answer: Management['answer']): InnerHost => ({
  names: [publicUrl.hostname],
  answer: async ({ method, path, headers, body }, { reference }) => {
    const { authorization } = headers
    const { status, headers: sent, body: said } = await answer({ method, path, body, reference, ...(authorization && { authorization }) })
    return { status, headers: sent, ...(said !== undefined && { body: JSON.parse(JSON.stringify(said)) }) }
  },
})

/** Names of an account that rules remember in app metadata, and what they are in the row. */
const REMEMBERED = [
  { key: 'office365UPN', kind: 'user_principal_name', field: 'userPrincipalName' },
  { key: 'office365ImmutableId', kind: 'immutable_id', field: 'immutableId' },
] as const
type Remembered = (typeof REMEMBERED)[number]

/** A rule remembers the names it asked for; where they are not the account's own, it shall remember those. */
const settledPatch =
  ({ stores }: RuleWorkshopParts) =>
  async (userId: UserId, patch: JsonObject): Promise<JsonObject> => {
    const { targets } = await stores.settings.current()
    const own = async ({ key, kind, field }: Remembered): Promise<readonly (readonly [string, string])[]> => {
      const asked = patch[key]
      if (typeof asked !== 'string') return []
      const accounts = await Promise.all(targets.map(({ name }) => stores.accounts.find(userId, name)))
      const isAsked = await Promise.all(targets.map(({ name }) => stores.aliases.isOf(userId, name, kind, asked)))
      const account = accounts.find((one, index) => one !== undefined && isAsked[index])
      return account ? [[key, account[field]]] : []
    }
    const settled = await Promise.all(REMEMBERED.map(own))
    return { ...patch, ...Object.fromEntries(settled.flat()) }
  }
