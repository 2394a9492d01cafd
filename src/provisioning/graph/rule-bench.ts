import type { Account } from '#kernel/account.ts'
import type { User } from '#kernel/person.ts'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import type { AliasBook } from '../alias-book.ts'
import type { DerivedNames } from '../subject.ts'
import { TRY_LIMIT_MS } from './exchange.ts'
import type { Directory } from './directory.ts'
import type { Errand } from './graph-client.ts'
import { isSameName } from './holder.ts'
import { type Job, underLease } from './lease.ts'
import type { RuleReads } from './rule-reads.ts'
import { goOnUntil } from './steps.ts'
import type { TenantNames } from './tenant-names.ts'
import type { Workshop } from './work.ts'

/** The person whose sign-in a rule runs in. */
export interface Applicant {
  readonly user: User
  readonly attributes: Readonly<Record<string, unknown>>
  readonly reference: string
  readonly arrivedAt: number
  /** Adds a line to the rule's own log. */
  readonly note: (line: string) => void
}

/** What is done for rules is done with what is done for everybody. */
export interface RuleBench {
  readonly shop: Workshop
  readonly aliases: AliasBook
  readonly reads: RuleReads
  /** For the calls that a rule itself asks for; an account is driven as everybody's is. */
  readonly directory: Pick<Directory, 'change' | 'live' | 'marked'>
  readonly tenantNames: TenantNames
  readonly owner: string
  readonly namesOf: (who: Applicant) => DerivedNames
}

/** Another process is at it. */
export const LOOK_AGAIN_MS = 250

interface Aim {
  readonly isReached: (account: Account) => boolean
  /** No longer than this, in milliseconds: a rule has little time, and what is begun goes on without it. */
  readonly patienceMs: number
}

/** Drives the account until it stands as wanted, stops, or would have to wait too long. */
export const driveFor = async (account: Account, job: Job, aim: Aim, { shop, owner }: RuleBench): Promise<Account> => {
  const { clock, accounts } = shop
  const until = clock.now() + aim.patienceMs
  let current = account
  while (!aim.isReached(current) && current.stage !== 'stopped') {
    const run = (begun: Account, work: Parameters<typeof goOnUntil>[1]) => goOnUntil(begun, work, aim.isReached)
    const driven = await underLease(current, job, { shop, owner, run })
    current = driven ?? (await accounts.find(account.userId, account.target)) ?? current
    const next = driven === undefined ? clock.now() + LOOK_AGAIN_MS : Math.max(driven.nextAttemptAt, clock.now() + 1)
    if (aim.isReached(current) || next > until) return current
    await clock.sleep(next - clock.now())
  }
  return current
}

/** Why an account does not stand as a rule wants it, for the rule's log. */
export const standingOf = ({ stage, reason }: Account): string =>
  reason === undefined
    ? 'The account is being worked on; it goes on by itself.'
    : `The account ${stage === 'stopped' ? 'stopped' : 'waits'}: ${reason}.`

export const errandFor = ({ reference }: Applicant, { shop }: RuleBench): Errand => ({
  reference,
  notAfter: shop.clock.now() + TRY_LIMIT_MS + ONE_SECOND_MS,
})

export const accountOf = ({ user }: Applicant, { shop }: RuleBench): Promise<Account | undefined> =>
  shop.accounts.find(user.id, shop.settings.name)

/** Whether a rule means its own person by this object id or name, be it one that it asked for in another run. */
export const isOwn = async (key: string, account: Account, { aliases }: RuleBench): Promise<boolean> =>
  (account.objectId !== undefined && isSameName(account.objectId, key)) ||
  isSameName(account.userPrincipalName, key) ||
  aliases.isOf(account.userId, account.target, 'user_principal_name', key)
