import { createHmac } from 'node:crypto'
import type { Account, Subject } from '../../src/kernel/account.ts'
import type { AuditEvent } from '../../src/kernel/audit.ts'
import { UsherError } from '../../src/kernel/errors.ts'
import type { Identity, UserId } from '../../src/kernel/person.ts'
import type { AliasBook } from '../../src/provisioning/alias-book.ts'
import type { AccountBook, AccountKey, IdentityDigest } from '../../src/provisioning/account-book.ts'
import type { SeatBook } from '../../src/provisioning/seat-book.ts'

interface Row {
  account: Account
  fence: number
  lease?: { readonly owner: string; readonly until: number }
}

/** The account book in memory, with what a test may look at. */
export interface MemoryAccounts extends AccountBook {
  readonly all: () => readonly Account[]
  readonly events: readonly AuditEvent[]
  readonly sessionsEnded: readonly UserId[]
  /** As an administrator or an import would: past every lease. */
  readonly put: (account: Account) => void
  readonly aliases: AliasBook
}

const idOf = ({ userId, target }: AccountKey): string => `${target} ${userId}`

const fresh = ({ at, ...draft }: Parameters<AccountBook['intend']>[0]): Account => ({
  ...draft,
  stage: 'intent',
  attempts: 0,
  nextAttemptAt: at,
  version: 1,
  createdAt: at,
})

/** Without the keys whose value is undefined, as a row read from a table has them. */
const compact = (account: Account): Account => {
  const row = { ...account }
  for (const [name, value] of Object.entries(account)) if (value === undefined) Reflect.deleteProperty(row, name)
  return row
}

/** Whose each user principal name is, or ever was. */
const createNames = () => {
  const principalNames = new Map<string, UserId>()
  const nameKey = (target: string, name: string): string => `${target} ${name.toLowerCase()}`
  const claimName = (target: string, name: string, userId: UserId): boolean => {
    const key = nameKey(target, name)
    if ((principalNames.get(key) ?? userId) !== userId) return false
    principalNames.set(key, userId)
    return true
  }
  /** Only an object can ever have been called so. */
  const freeName = ({ target, userPrincipalName, objectId }: Account, next = userPrincipalName): void => {
    const isLeft = nameKey(target, next) !== nameKey(target, userPrincipalName)
    if (isLeft && objectId === undefined) principalNames.delete(nameKey(target, userPrincipalName))
  }
  return { claimName, freeName }
}

interface Rows {
  readonly find: AccountBook['find']
  readonly all: () => readonly Account[]
  readonly claimName: (target: string, name: string, userId: UserId) => boolean
  readonly record: (event: AuditEvent) => void
}

/** Names that rules asked for; `holder` says whose they are. */
const createAliases = ({ find, all, claimName, record }: Rows) => {
  const holders = new Map<string, UserId>()
  const keyOf = (target: string, kind: string, value: string): string => `${target} ${kind} ${value.toLowerCase()}`
  const holder: (...key: Parameters<typeof keyOf>) => UserId | undefined = (...key) => holders.get(keyOf(...key))
  const isFree = (userId: UserId, target: string, id: string): boolean => {
    const isRows = all().some((one) => one.target === target && one.userId !== userId && one.immutableId.toLowerCase() === id.toLowerCase())
    return !isRows && (holder(target, 'immutable_id', id) ?? userId) === userId
  }
  const keep = (row: Account, asked: Pick<Account, 'userPrincipalName' | 'immutableId'>): void => {
    const [name, id] = [asked.userPrincipalName.toLowerCase(), asked.immutableId.toLowerCase()]
    if (row.userPrincipalName.toLowerCase() !== name) holders.set(keyOf(row.target, 'user_principal_name', name), row.userId)
    if (row.immutableId.toLowerCase() !== id) holders.set(keyOf(row.target, 'immutable_id', id), row.userId)
  }
  const aliases: AliasBook = {
    add: async ({ userId, target, userPrincipalName, immutableId, reference, at }) => {
      const row = await find(userId, target)
      const isTaken = row === undefined || !isFree(userId, target, immutableId) || !claimName(target, userPrincipalName, userId)
      if (isTaken) record({ type: 'subject_mismatch', at, reference, user: userId, facts: { reason: 'taken' } })
      else keep(row, { userPrincipalName, immutableId })
      return !isTaken
    },
    isOf: async (userId, target, kind, value) => holder(target, kind, value) === userId,
  }
  return { aliases, holder }
}

/** Values that are one row's. */
const guardOf =
  (rows: ReadonlyMap<string, Row>) =>
  (key: AccountKey, value: 'immutableId' | 'objectId', wanted: string | undefined): void => {
    const isTaken = [...rows.values()].some(
      ({ account }) => account[value] === wanted && account.target === key.target && account.userId !== key.userId,
    )
    if (wanted !== undefined && isTaken) throw new UsherError('account_conflict', { detail: { user: key.userId, reason: value } })
  }

const isWithOther = (row: Row | undefined, owner: string, at: number): boolean => {
  const isUnderWay = row !== undefined && row.account.stage !== 'ready' && row.account.stage !== 'stopped'
  return isUnderWay && row.lease !== undefined && row.lease.owner !== owner && row.lease.until > at
}

export const memoryAccounts = (): MemoryAccounts => {
  const rows = new Map<string, Row>()
  const { claimName, freeName } = createNames()
  const events: AuditEvent[] = []
  const sessionsEnded: UserId[] = []
  const assertNobodyElses = guardOf(rows)
  const held = (lease: AccountKey & { readonly fence: number }): Row | undefined => {
    const row = rows.get(idOf(lease))
    return row?.lease !== undefined && row.fence === lease.fence ? row : undefined
  }
  const all = () => [...rows.values()].map(({ account }) => account)
  const find: AccountBook['find'] = async (userId, target) => rows.get(idOf({ userId, target }))?.account
  const { aliases, holder } = createAliases({ find, all, claimName, record: (event) => void events.push(event) })
  return {
    events,
    sessionsEnded,
    all,
    aliases,
    put: (account) => {
      claimName(account.target, account.userPrincipalName, account.userId)
      rows.set(idOf(account), { fence: 0, ...rows.get(idOf(account)), account: compact(account) })
    },
    find,
    intend: async (draft) => {
      const known = rows.get(idOf(draft))
      if (known !== undefined) return known.account
      if (!claimName(draft.target, draft.userPrincipalName, draft.userId)) return undefined
      assertNobodyElses(draft, 'immutableId', draft.immutableId)
      if ((holder(draft.target, 'immutable_id', draft.immutableId) ?? draft.userId) !== draft.userId)
        throw new UsherError('account_conflict')
      const account = fresh(draft)
      rows.set(idOf(draft), { account, fence: 0 })
      events.push({ type: 'account_intended', at: draft.at, reference: draft.reference, user: draft.userId })
      return account
    },
    lease: async (key, owner, { at, ms }) => {
      const row = rows.get(idOf(key))
      if (row === undefined || row.account.origin === 'directory' || (row.lease !== undefined && row.lease.until > at)) return undefined
      row.fence += 1
      row.lease = { owner, until: at + ms }
      return { fence: row.fence, account: row.account }
    },
    change: async (lease, change, event) => {
      const row = held(lease)
      if (row === undefined) return undefined
      if (change.userPrincipalName !== undefined && !claimName(lease.target, change.userPrincipalName, lease.userId)) return undefined
      assertNobodyElses(lease, 'objectId', change.objectId)
      freeName(row.account, change.userPrincipalName)
      row.account = compact({ ...row.account, ...change, version: row.account.version + 1 })
      if (event !== undefined) events.push(event)
      return row.account
    },
    release: async (lease) => {
      const row = held(lease)
      if (row !== undefined) delete row.lease
    },
    isWithOther: async (key, owner, at) => isWithOther(rows.get(idOf(key)), owner, at),
    subject: async (userId, target) => {
      const account = rows.get(idOf({ userId, target }))?.account
      if (account?.stage !== 'ready') return undefined
      const { immutableId, userPrincipalName } = account
      // The brand has no value: this book is the storage of a test.
      return { userId, immutableId, userPrincipalName } as Subject
    },
    endSessions: async (userId) => void sessionsEnded.push(userId),
  }
}

interface Seat {
  readonly skuId: string
  readonly isGiven: boolean
}

/** The seat book in memory. */
export interface MemorySeats extends SeatBook {
  /** Seats of the SKU, given or only reserved. */
  readonly held: (target: string, skuId: string) => number
}

export const memorySeats = (): MemorySeats => {
  const seats = new Map<string, Seat>()
  const of = (target: string, skuId: string): readonly Seat[] =>
    [...seats].filter(([id, seat]) => id.startsWith(`${target} `) && seat.skuId === skuId.toLowerCase()).map(([, seat]) => seat)
  return {
    reserve: async ({ skuId, ...holder }, cap) => {
      if (seats.get(idOf(holder))?.skuId === skuId.toLowerCase()) return true
      if (of(holder.target, skuId).length >= cap) return false
      seats.set(idOf(holder), { skuId: skuId.toLowerCase(), isGiven: false })
      return true
    },
    give: async (holder) => {
      const seat = seats.get(idOf(holder))
      if (seat !== undefined) seats.set(idOf(holder), { ...seat, isGiven: true })
    },
    release: async (holder) => void seats.delete(idOf(holder)),
    given: async (target, skuId) => of(target, skuId).filter(({ isGiven }) => isGiven).length,
    held: (target, skuId) => of(target, skuId).length,
  }
}

const part = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The digest under a key that everybody knows. */
export const memoryDigest = (key: string | Buffer = 'the key of a test'): IdentityDigest => ({
  digest: (tenant: string, { connection, issuer, subject }: Identity) =>
    createHmac('sha256', key)
      .update(Buffer.concat(['v1', tenant, connection, issuer, subject].map(part)))
      .digest(),
})
