import type { Account } from '#kernel/account.ts'
import type { JsonObject } from '#kernel/json.ts'
import { usageLocationOf } from '../subject.ts'
import { readDetails } from './details.ts'
import type { Reply } from './graph-client.ts'
import { type Applicant, accountOf, errandFor, isOwn, type RuleBench, standingOf } from './rule-bench.ts'
import { createForRule, type PersonOrder, refusedOrder } from './rule-create.ts'
import { type LicenseOrder, licenseForRule } from './rule-license.ts'
import type { SearchedProperty } from './rule-reads.ts'
import { drawnUser, seenUser } from './rule-view.ts'
import { type Answered, denied, invalidValue, no, refusalOfAccount, refusalOfSetback, yes } from './rule-refusal.ts'

/** What an administrator's rules may do in the directory, for the one person whose sign-in they run in. */
export interface RuleBridge {
  /** Whether this is a name of the target's tenant. */
  readonly isTenant: (name: string) => Promise<boolean>
  /** The person's account, made when there is none. */
  readonly create: (order: PersonOrder, who: Applicant) => Promise<Answered<JsonObject>>
  readonly license: (order: LicenseOrder, who: Applicant) => Promise<Answered<JsonObject>>
  /** Harmless properties of the person's own account. */
  readonly change: (change: ChangeOrder, who: Applicant) => Promise<Answered<void>>
  readonly read: (query: RuleQuery, who: Applicant) => Promise<Answered<JsonObject>>
}

export interface ChangeOrder {
  /** Object id or user principal name. */
  readonly key: string
  /** By Graph's names. */
  readonly values: JsonObject
}

export type RuleQuery =
  | { readonly kind: 'user'; readonly key: string }
  | { readonly kind: 'users'; readonly property: SearchedProperty; readonly value: string }
  | { readonly kind: 'skus' }

export const ruleBridge = (bench: RuleBench): RuleBridge => ({
  isTenant: bench.tenantNames,
  create: async (order, who) => {
    const refusal = refusedOrder(order)
    return refusal === undefined ? createForRule(order, who, bench) : no(refusal)
  },
  license: (order, who) => licenseForRule(order, who, bench),
  change: (order, who) => changeOwn(order, who, bench),
  read: (query, who) => read(query, who, bench),
})

/** The object id of the rule's person, when that account is one to be changed. */
const changeable = async (key: string, who: Applicant, bench: RuleBench): Promise<Answered<string>> => {
  const account = await accountOf(who, bench)
  const isTheirs = account?.objectId !== undefined && !account.madeElsewhere && (await isOwn(key, account, bench))
  if (account?.objectId === undefined || !isTheirs || account.origin === 'directory') return no(denied)
  if (account.stage !== 'stopped') return yes(account.objectId)
  who.note(standingOf(account))
  return no(refusalOfAccount(account, '', bench.shop.clock.now()))
}

const changeOwn = async ({ key, values }: ChangeOrder, who: Applicant, bench: RuleBench): Promise<Answered<void>> => {
  const own = await changeable(key, who, bench)
  if (!own.ok) return own
  const { usageLocation, ...rest } = values
  const { details, unusable, others } = readDetails(rest)
  if (others.length > 0) {
    who.note(`Rules may not change ${others.join(', ')}.`)
    return no(denied)
  }
  const location = usageLocation === undefined ? undefined : usageLocationOf({ default: '', fromAttribute: 'of' }, { of: usageLocation })
  const [wrong] = location === '' ? ['usageLocation'] : unusable
  if (wrong !== undefined) return no(invalidValue(wrong))
  const changed = { ...details, ...(location !== undefined && { usageLocation: location }) }
  if (Object.keys(changed).length === 0) return yes(undefined)
  const reply = await bench.directory.change(own.value, changed, errandFor(who, bench))
  return reply.ok ? yes(undefined) : no(refusalOfSetback(reply.setback, key, bench.shop.clock.now()))
}

const read = async (query: RuleQuery, who: Applicant, bench: RuleBench): Promise<Answered<JsonObject>> => {
  const account = await accountOf(who, bench)
  if (query.kind === 'user' && account?.objectId !== undefined && (await isOwn(query.key, account, bench)))
    return yes((await seenUser(account, who, bench)) ?? drawnUser(account))
  const reply = await ask(query, account, { who, bench })
  const key = query.kind === 'user' ? query.key : ''
  return reply.ok ? yes(reply.value) : no(refusalOfSetback(reply.setback, key, bench.shop.clock.now()))
}

const ask = async (
  query: RuleQuery,
  account: Account | undefined,
  { who, bench }: { readonly who: Applicant; readonly bench: RuleBench },
): Promise<Reply<JsonObject>> => {
  const errand = errandFor(who, bench)
  switch (query.kind) {
    case 'skus':
      return bench.reads.skus(errand)
    case 'user':
      return bench.reads.user(query.key, errand)
    case 'users':
      return bench.reads.users(query.property, await valueMeantBy(query, account, bench), errand)
  }
}

/** What a rule asked for in another run means the account the person has. */
const valueMeantBy = async (
  { property, value }: Extract<RuleQuery, { kind: 'users' }>,
  account: Account | undefined,
  { aliases }: RuleBench,
): Promise<string> => {
  if (account === undefined || property === 'mail') return value
  const isName = property === 'userPrincipalName'
  const isAlias = await aliases.isOf(account.userId, account.target, isName ? 'user_principal_name' : 'immutable_id', value)
  if (!isAlias) return value
  return isName ? account.userPrincipalName : account.immutableId
}
