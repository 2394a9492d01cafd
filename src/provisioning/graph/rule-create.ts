import type { Account, AccountStage } from '#kernel/account.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { AskedNames } from '../alias-book.ts'
import { isNameProtected, usageLocationOf } from '../subject.ts'
import { readDetails } from './details.ts'
import type { Setback } from './graph-errors.ts'
import { isSameName } from './holder.ts'
import { isConflict } from './intend.ts'
import { type Job, underLease } from './lease.ts'
import { type Applicant, accountOf, driveFor, errandFor, type RuleBench, standingOf } from './rule-bench.ts'
import { type Answered, badRequest, conflictOf, denied, no, refusalOfAccount, refusalOfSetback, yes } from './rule-refusal.ts'
import { drawnUser, seenUser } from './rule-view.ts'
import type { WantedPerson, Work, Workshop } from './work.ts'

/** Whom a rule wants made. Names and form were checked; everything else is taken as far as it can be. */
export interface PersonOrder {
  readonly userPrincipalName: string
  readonly immutableId: string
  /** All it said, by Graph's names. */
  readonly values: JsonObject
}

const CREATE_PATIENCE_MS = 10_000
const MADE: ReadonlySet<AccountStage> = new Set(['created', 'licensed', 'ready', 'waiting'])
/** What an order says besides details. */
const HANDLED = new Set(['accountEnabled', 'mailNickname', 'onPremisesImmutableId', 'usageLocation', 'userPrincipalName'])
const NICKNAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/

/** The account of a rule's person: the one there is, or else the one it asks for, whose row is written first. */
export const createForRule = async (order: PersonOrder, who: Applicant, bench: RuleBench): Promise<Answered<JsonObject>> => {
  const found = await rowFor(order, who, bench)
  if (!found.ok) return found
  const account = found.value
  const wanted = wantedOf(order, who, bench)
  const job = { candidate: who, names: bench.namesOf(who), wanted }
  const named = isNameRefused(account) ? await renamed(account, order, { job, bench }) : account
  const isKept = await keepAliases(order, named, { who, bench })
  if (!isKept) return no(conflictOf())
  const made = await driveFor(named, job, { isReached: isMade, patienceMs: CREATE_PATIENCE_MS }, bench)
  if (isMade(made)) return yes((await seenUser(account, who, bench)) ?? drawnUser(made, wanted))
  who.note(standingOf(made))
  const [first] = bench.shop.settings.licenses
  return no(refusalOfAccount(made, first?.skuId ?? '', bench.shop.clock.now()))
}

/** Names may come from the person themselves, who must not pass for somebody in charge. */
const isReserved = ({ userPrincipalName }: PersonOrder, { shop }: RuleBench): boolean =>
  isNameProtected(userPrincipalName.split('@')[0] ?? '', shop.settings.protectedNames)

const rowFor = async (order: PersonOrder, who: Applicant, bench: RuleBench): Promise<Answered<Account>> => {
  const account = await accountOf(who, bench)
  return account === undefined ? newRow(order, who, bench) : workable(account)
}

const workable = (account: Account): Answered<Account> => (account.origin === 'directory' ? no(denied) : yes(account))

const newRow = async (order: PersonOrder, who: Applicant, bench: RuleBench): Promise<Answered<Account>> => {
  if (isReserved(order, bench)) {
    who.note('userPrincipalName: people would take the name for somebody in charge. Ask for another one.')
    return no(conflictOf('userPrincipalName'))
  }
  const met = await obstacleTo(order, who, bench)
  if (!met.ok) return met
  const obstacle = met.value
  // Another tab may have made it since the row was looked for.
  const account = obstacle === undefined ? await intended(order, who, bench.shop) : await accountOf(who, bench)
  if (typeof account === 'object') return workable(account)
  if (obstacle !== undefined) who.note(OBSTACLES[obstacle])
  // Nothing is kept, and the audit says so.
  await bench.aliases.add(askedBy(order, who, bench))
  return no(conflictOf(account))
}

const OBSTACLES = {
  lost: 'The directory has an account that Usher made for this person and no longer knows. An administrator must look at it.',
  foreign: 'immutableId: somebody in the directory has it whom Usher did not make for this person, so nobody is made by it.',
} as const

/**
 * `lost`: Usher made another object for this very identity, and its row went with a database that was lost. A rule mostly
 * asks for other names each time, and would make the person a second one. The marker alone proves too little to take it by.
 * `foreign`: the immutable ID is somebody else's. A row keeps its ID for good, so its person would be kept out for good.
 */
const obstacleTo = async (
  { userPrincipalName, immutableId }: PersonOrder,
  who: Applicant,
  bench: RuleBench,
): Promise<Answered<keyof typeof OBSTACLES | undefined>> => {
  const { marker } = bench.namesOf(who)
  const refused = ({ setback }: { readonly setback: Setback }) => no(refusalOfSetback(setback, userPrincipalName, bench.shop.clock.now()))
  const marked = await bench.directory.marked(marker, errandFor(who, bench))
  if (!marked.ok) return refused(marked)
  if (marked.value.some((user) => user.onPremisesImmutableId !== immutableId)) return yes('lost')
  const holders = await bench.directory.live(immutableId, errandFor(who, bench))
  if (!holders.ok) return refused(holders)
  return yes(holders.value.some(({ employeeType }) => employeeType !== marker) ? 'foreign' : undefined)
}

/** Seen, and neither taken away nor being brought back; what else it waits for is no rule's concern. */
const isMade = ({ stage, objectId }: Account): boolean => objectId !== undefined && MADE.has(stage)

/** The directory has given the name to somebody else, or takes no such name, before there was anything to call so. */
const isNameRefused = ({ origin, objectId, reason }: Account): boolean =>
  origin === 'rule' && objectId === undefined && (reason === 'account_name_taken' || reason === 'target_refused')

/** The rule may try another name then; the row as it is, when that one is somebody else's too. */
const renamed = async (
  account: Account,
  order: PersonOrder,
  { job, bench }: { readonly job: Job; readonly bench: RuleBench },
): Promise<Account> => {
  const { shop, owner } = bench
  const { userPrincipalName } = order
  if (isSameName(account.userPrincipalName, userPrincipalName) || isReserved(order, bench)) return account
  const change = { userPrincipalName, stage: 'intent', reason: undefined, attempts: 0, nextAttemptAt: shop.clock.now() } as const
  const run = (_: Account, work: Work) => work.rename(change)
  return (await underLease(account, job, { shop, owner, run })) ?? account
}

/** The property whose value is somebody else's, as far as it is known, when there can be no such row. */
const intended = async (
  { userPrincipalName, immutableId, values }: PersonOrder,
  { user, reference }: Applicant,
  { settings, accounts, clock }: Workshop,
): Promise<Account | 'userPrincipalName' | undefined> => {
  const policy = { default: settings.usageLocation.default, fromAttribute: 'usageLocation' }
  try {
    const account = await accounts.intend({
      userId: user.id,
      target: settings.name,
      origin: 'rule',
      immutableId,
      userPrincipalName,
      usageLocation: usageLocationOf(policy, values),
      reference,
      at: clock.now(),
    })
    return account ?? 'userPrincipalName'
  } catch (error) {
    if (isConflict(error)) return undefined
    throw error
  }
}

interface Keeping {
  readonly who: Applicant
  readonly bench: RuleBench
}

/** False when one of the values is somebody else's. */
const keepAliases = async (
  { userPrincipalName, immutableId }: PersonOrder,
  account: Account,
  { who, bench }: Keeping,
): Promise<boolean> => {
  if (isSameName(account.userPrincipalName, userPrincipalName) && account.immutableId === immutableId) return true
  const isKept = await bench.aliases.add(askedBy({ userPrincipalName, immutableId }, who, bench))
  if (isKept) who.note('This person has an account already: it is answered, and what was asked for is kept as another name of it.')
  return isKept
}

const askedBy = (
  { userPrincipalName, immutableId }: Pick<PersonOrder, 'userPrincipalName' | 'immutableId'>,
  { user, reference }: Applicant,
  { shop }: RuleBench,
): AskedNames => ({ userId: user.id, target: shop.settings.name, userPrincipalName, immutableId, reference, at: shop.clock.now() })

const wantedOf = ({ values }: PersonOrder, { note }: Applicant, { shop }: RuleBench): WantedPerson => {
  const { details, unusable, others } = readDetails(values)
  for (const name of unusable) note(`${name}: the value cannot be taken and is left out.`)
  const ignored = others.filter((name) => !HANDLED.has(name))
  if (ignored.length > 0) note(`Left out, because rules may not set it: ${ignored.join(', ').slice(0, 200)}.`)
  const nickname = values['mailNickname']
  const isUsable = typeof nickname === 'string' && NICKNAME.test(nickname) && !isNameProtected(nickname, shop.settings.protectedNames)
  if (!isUsable) note('mailNickname: the value cannot be taken; the account gets one that Usher makes.')
  return { details, ...(isUsable && { mailNickname: nickname }) }
}

/** For an order that asks for what nobody is given. */
export const refusedOrder = ({ values }: PersonOrder) =>
  values['accountEnabled'] === false ? badRequest('Accounts are made enabled: accountEnabled must be true.') : undefined
