import { isDeepStrictEqual } from 'node:util'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import type { ConnectionId } from '#kernel/person.ts'
import type { ConnectionSettings, RelyingParty, Settings, TargetSettings } from '#kernel/settings.ts'
import { comparable } from './settings-text.ts'

/** What an administrator declares; what it does not name stays as it is. */
export interface Declared {
  readonly relyingParties: readonly RelyingParty[]
  readonly connections: readonly Omit<ConnectionSettings, 'id'>[]
  readonly targets: readonly TargetSettings[]
  readonly ruleBudgetMs?: number
  readonly auditMaxAgeDays?: number
  /** The connection, by name, that is switched on. */
  readonly enables?: string
}

export interface Merged {
  readonly settings: Omit<Settings, 'revision'>
  /** In words; empty when everything was so already. */
  readonly changes: readonly string[]
}

/** The declared things over those there are. A connection keeps its id as long as it keeps its name. */
export const mergeSettings = (current: Settings, declared: Declared, newId: () => ConnectionId): Merged => {
  const known = new Map(current.connections.map((one) => [one.name, one]))
  const withIds = declared.connections.map((one) => keptOff({ ...one, id: known.get(one.name)?.id ?? newId() }, known, declared))
  const relyingParties = merge('relying party', {
    current: current.relyingParties,
    declared: declared.relyingParties,
    nameOf: (one) => one.clientId,
  })
  const connections = merge('connection', { current: current.connections, declared: withIds, nameOf: (one) => one.name })
  const targets = merge('target', { current: current.targets, declared: declared.targets, nameOf: (one) => one.name })
  const budgetMs = declared.ruleBudgetMs ?? current.rules.budgetMs
  const budgetChanges = budgetMs === current.rules.budgetMs ? [] : [`rules have ${budgetMs / ONE_SECOND_MS} s`]
  const auditMaxAgeDays = declared.auditMaxAgeDays ?? current.auditMaxAgeDays
  const auditChanges = auditMaxAgeDays === current.auditMaxAgeDays ? [] : [`events are kept for ${auditMaxAgeDays} days`]
  return {
    settings: {
      relyingParties: relyingParties.all,
      connections: connections.all,
      targets: targets.all,
      rules: { ...current.rules, budgetMs },
      ...(auditMaxAgeDays !== undefined && { auditMaxAgeDays }),
    },
    changes: [...targets.changes, ...connections.changes, ...relyingParties.changes, ...budgetChanges, ...auditChanges],
  }
}

/** What somebody switched off is switched on by nothing but saying so: a file that is applied again at every start does not. */
const keptOff = (
  connection: ConnectionSettings,
  known: ReadonlyMap<string, ConnectionSettings>,
  { enables }: Pick<Declared, 'enables'>,
): ConnectionSettings =>
  known.get(connection.name)?.disabled && enables !== connection.name ? { ...connection, disabled: true } : connection

interface Kind<T> {
  readonly current: readonly T[]
  readonly declared: readonly T[]
  readonly nameOf: (one: T) => string
}

const merge = <T extends object>(
  word: string,
  { current, declared, nameOf }: Kind<T>,
): { readonly all: readonly T[]; readonly changes: readonly string[] } => {
  const all = new Map(current.map((one) => [nameOf(one), one]))
  const changes: string[] = []
  for (const one of declared) {
    const name = nameOf(one)
    const known = all.get(name)
    if (known === undefined) changes.push(`${word} ${name} added`)
    else if (!isSame(known, one)) changes.push(`${word} ${name} changed`)
    all.set(name, one)
  }
  return { all: [...all.values()], changes }
}

/** A new reading in which everything that did not change is the same object as before, so that what was opened for it stays open. */
export const keepingUnchanged = (before: Settings, after: Settings): Settings => ({
  revision: after.revision,
  relyingParties: after.relyingParties.map((one) => before.relyingParties.find((known) => isSame(known, one)) ?? one),
  connections: after.connections.map((one) => before.connections.find((known) => isSame(known, one)) ?? one),
  targets: after.targets.map((one) => before.targets.find((known) => isSame(known, one)) ?? one),
  rules: isSame(before.rules, after.rules) ? before.rules : after.rules,
  ...(after.auditMaxAgeDays !== undefined && { auditMaxAgeDays: after.auditMaxAgeDays }),
  ...(after.tested && { tested: after.tested }),
})

const isSame = (one: object, other: object): boolean => isDeepStrictEqual(comparable(one), comparable(other))

/** Connections, by id, whose people prove anew who they are: they are switched off, or another issuer speaks for them. */
export const forsaken = (current: Settings, next: Pick<Settings, 'connections'>): readonly ConnectionId[] =>
  next.connections.flatMap(({ id, disabled, settings: { issuer } }) => {
    const before = current.connections.find((one) => one.id === id)
    if (!before) return []
    return (disabled && !before.disabled) || issuer !== before.settings['issuer'] ? [id] : []
  })
