import { createHmac } from 'node:crypto'
import type { EmulatorClock } from './clock.ts'
import type { KillSwitch } from './kill-switch.ts'
import type { SeededRandom } from './random.ts'
import { createReplication, pruned, seenVersion, type VisibilityDelaysMs } from './replication.ts'
import type { Scenarios } from './scenarios.ts'
import type { StateFile } from './state-file.ts'
import type { DirectoryUser, Domain, UserHistory, UserVersion, WorldState } from './world-state.ts'

/** People as one reader sees them at one moment. */
export interface DirectoryView {
  /** Live, by object id. */
  readonly find: (id: string) => DirectoryUser | undefined
  readonly live: () => readonly DirectoryUser[]
  readonly deleted: () => readonly DirectoryUser[]
}

export interface Seats {
  readonly enabled: number
  readonly consumed: number
  readonly free: number
}

/** Changes to the world. Only inside `World.write`. */
export interface WorldEdit {
  readonly state: WorldState
  /** A new person, or the next version of one. `isSeenAtOnce` skips replication: it happened long ago. */
  readonly saveUser: (user: DirectoryUser, isSeenAtOnce?: boolean) => DirectoryUser
  /** Soft-deletes: the user principal name gets the object id as a prefix, the licenses are freed on reading. */
  readonly deleteUser: (user: DirectoryUser, isSeenAtOnce?: boolean) => DirectoryUser
  /** Undoes it, under the name it had unless another is given. */
  readonly restoreUser: (user: DirectoryUser, newUserPrincipalName?: string) => DirectoryUser
  /** Removes a soft-deleted person for good. */
  readonly purgeUser: (id: string) => void
}

/** Microsoft's side: one tenant, its people as they are, and as each reader knows them so far. */
export interface World {
  readonly state: Readonly<WorldState>
  readonly scenarios: Scenarios
  readonly clock: EmulatorClock
  readonly random: SeededRandom
  /** As it is, whoever knows about it. Uniqueness is judged here. */
  readonly truth: DirectoryView
  /** As one Graph replica, picked at random per call, knows it. One view per request. */
  readonly graphView: () => DirectoryView
  /** As Microsoft's login knows it. */
  readonly signInView: () => DirectoryView
  /** Counted over the truth; undefined for a SKU the tenant does not have. `noSeats` leaves none free. */
  readonly seats: (skuId: string) => Seats | undefined
  /** The federated or managed root domain that `name`, or the part after its last `@`, belongs to. */
  readonly domainOf: (name: string) => Domain | undefined
  /** Makes one change and resolves when it is on the disk. `change` is synchronous, so it is alone. */
  readonly write: <T>(change: (edit: WorldEdit) => T) => Promise<T>
}

export interface WorldOptions {
  readonly state: WorldState
  readonly clock: EmulatorClock
  readonly random: SeededRandom
  readonly scenarios: Scenarios
  readonly delaysMs: VisibilityDelaysMs
  readonly file: StateFile
  readonly killSwitch: KillSwitch
}

const ID_PREFIX_LENGTH = 32

const prefixOf = (user: DirectoryUser): string => user.id.replaceAll('-', '')

const isoTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const viewOf = (state: WorldState, isSeen: (version: UserVersion) => boolean): DirectoryView => {
  const everybody = (): readonly DirectoryUser[] =>
    Object.values(state.users)
      .map((history) => seenVersion(history, isSeen))
      .filter((user) => user !== undefined)
  return {
    find: (id) => {
      const history = state.users[id.toLowerCase()]
      const user = history === undefined ? undefined : seenVersion(history, isSeen)
      return user?.deletedDateTime === undefined ? user : undefined
    },
    live: () => everybody().filter((user) => user.deletedDateTime === undefined),
    deleted: () => everybody().filter((user) => user.deletedDateTime !== undefined),
  }
}

const createEdit = ({ state, clock, random, scenarios, delaysMs }: WorldOptions): WorldEdit => {
  const replication = createReplication({ clock, random, scenarios, delaysMs })
  const append = (id: string, version: UserVersion): void => {
    const history: UserHistory = state.users[id] ?? { versions: [] }
    state.users[id] = { versions: pruned([...history.versions, version], clock.now()) }
  }
  const saveUser = (user: DirectoryUser, isSeenAtOnce = false): DirectoryUser => {
    append(user.id, replication.version(user, isSeenAtOnce))
    return user
  }
  return {
    state,
    saveUser,
    deleteUser: (user, isSeenAtOnce = false) =>
      saveUser(
        {
          ...user,
          userPrincipalName: `${prefixOf(user)}${user.userPrincipalName}`,
          deletedDateTime: isoTime(clock.now()),
        },
        isSeenAtOnce,
      ),
    restoreUser: (user, newUserPrincipalName) => {
      const { deletedDateTime: _, ...live } = user
      const formerName = user.userPrincipalName.slice(ID_PREFIX_LENGTH)
      return saveUser({ ...live, userPrincipalName: newUserPrincipalName ?? formerName })
    },
    purgeUser: (id) => append(id, replication.version(undefined, false)),
  }
}

const countSeats =
  ({ state, scenarios }: WorldOptions, truth: DirectoryView) =>
  (skuId: string): Seats | undefined => {
    const sku = state.skus[skuId.toLowerCase()]
    if (sku === undefined) return undefined
    const holders = truth.live().filter((user) => user.assignedLicenses.some((license) => license.skuId === sku.skuId))
    const consumed = sku.heldByOthers + holders.length
    const enabled = scenarios.isOn('noSeats') ? Math.min(sku.enabled, consumed) : sku.enabled
    return { enabled, consumed, free: Math.max(0, enabled - consumed) }
  }

const findDomain = (state: WorldState, name: string): Domain | undefined => {
  const wanted = name.slice(name.lastIndexOf('@') + 1).toLowerCase()
  const labels = wanted.split('.')
  const candidates = labels.map((_, from) => labels.slice(from).join('.'))
  return candidates.map((candidate) => state.domains[candidate]).find((domain) => domain !== undefined)
}

/** A secret of this tenant for one purpose. */
export const tenantKey = (state: WorldState, purpose: string): Buffer =>
  createHmac('sha256', Buffer.from(state.tokenKey, 'base64')).update(purpose).digest()

export const createWorld = (options: WorldOptions): World => {
  const { state, clock, random, scenarios, file, killSwitch } = options
  const truth = viewOf(state, () => true)
  const edit = createEdit(options)
  return {
    state,
    scenarios,
    clock,
    random,
    truth,
    graphView: () => {
      const now = clock.now()
      const replica = random.between(0, 2)
      return viewOf(state, ({ graphAt }) => (graphAt[replica] ?? 0) <= now)
    },
    signInView: () => {
      const now = clock.now()
      return viewOf(state, ({ signInAt }) => signInAt <= now)
    },
    seats: countSeats(options, truth),
    domainOf: (name) => findDomain(state, name),
    write: async (change) => {
      killSwitch.pass('before-commit')
      const result = change(edit)
      await file.save()
      killSwitch.pass('after-commit')
      return result
    },
  }
}
