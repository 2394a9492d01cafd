import { UsherError } from '#kernel/errors.ts'
import type { LinkedIdentity, User, UserRecord } from '#kernel/person.ts'
import type { RelyingParty } from '#kernel/settings.ts'
import type { Admitted, Ruled, Verdict } from '#kernel/transaction.ts'
import type { NamedSubject, RuleOrder, RuleOutcome, RuleVerdict } from '#rules/runner.ts'
import { issuerFor } from './issuer.ts'
import type { Decision } from './rule-runs.ts'
import { provenBy } from './sessions.ts'
import { connectionsOf, isOfDirectory, type Occasion } from './step.ts'

/** Runs the rules and holds what they say against what is known. Throws what ends the sign-in. */
export const decide = async (transaction: Admitted, occasion: Occasion): Promise<Decision> => {
  const { parts, relyingParty } = occasion
  const record = await parts.books.records.find(transaction.user.id)
  if (!record) throw new UsherError('internal_error', { detail: { user: transaction.user.id, reason: 'no record' } })
  const verdict = passedBy(await parts.ruleRunner.run(orderOf(transaction, record, occasion)))
  const isAdmittedByRules = relyingParty.admission.policy !== 'rule' || isOfDirectory(transaction, occasion) || verdict.ran.length > 0
  if (!isAdmittedByRules) throw new UsherError('not_admitted')
  if (verdict.redirect !== undefined && !transaction.continued) return elsewhere(transaction, verdict.redirect, occasion)
  if (verdict.wantsSecondFactor && !transaction.authentication.secondFactor) throw new UsherError('multifactor_unavailable')
  const user = await (verdict.primaryUser === undefined
    ? sameUser(transaction, occasion)
    : primary(verdict.primaryUser, transaction, occasion))
  const settled = await settleSubject(verdict, { transaction, user, occasion })
  return { kind: 'ruled', transaction: ruled(transaction, user, { claims: verdict.claims(settled), wishes: verdict.wishes }) }
}

const orderOf = (transaction: Admitted, record: UserRecord, { settings, relyingParty, visit, parts }: Occasion): RuleOrder => {
  const connection = connectionsOf({ settings, relyingParty, parts }).find(({ id }) => id === transaction.connection)
  if (!connection) throw new UsherError('connection_unknown')
  const { continued, request } = transaction
  return {
    settings: settings.rules,
    relyingParty,
    connection,
    transaction,
    record,
    visit: {
      ip: visit.ip,
      hostname: parts.publicUrl.hostname,
      userAgent: visit.header('user-agent') ?? '',
      query: { ...request.query, ...continued?.query },
      body: { ...continued?.body },
    },
    isContinued: continued !== undefined,
    ...(continued?.paused && { paused: continued.paused }),
    at: parts.clock.now(),
  }
}

const passedBy = (outcome: RuleOutcome): RuleVerdict => {
  if (outcome.kind === 'passed') return outcome
  throw outcome.failure
}

/** Once in a sign-in; whoever comes back brings the state along. Throws `rule_failed` for an address that is none. */
const elsewhere = (transaction: Admitted, redirect: NonNullable<RuleVerdict['redirect']>, { parts }: Occasion): Decision => {
  const location = URL.parse(redirect.location)
  const isWeb = location?.protocol === 'https:' || location?.protocol === 'http:'
  if (!location || !isWeb) throw new UsherError('rule_failed', { detail: { reason: 'context.redirect.url is no web address' } })
  const state = `${transaction.id}.${parts.randomness.bytes(16).toString('base64url')}`
  location.searchParams.set('state', state)
  const { running: _, ...admitted } = transaction
  return {
    kind: 'elsewhere',
    location: location.href,
    transaction: { ...admitted, redirect: { ...redirect, state, location: location.href } },
  }
}

/** The person as they stand now: rules took their time. Throws `user_blocked`, and `subject_mismatch` when they are somebody else's identity now. */
const sameUser = async (transaction: Admitted, { parts, relyingParty }: Occasion): Promise<User> => {
  const { user } = transaction
  const standing = await parts.books.people.standing(user.id, relyingParty.target)
  if (!standing) throw new UsherError('subject_mismatch', { detail: { user: user.id, reason: 'linked without context.primaryUser' } })
  if (standing.user.blocked) throw new UsherError('user_blocked')
  if (!(await parts.books.people.isTheirs(user.id, provenBy(transaction)))) throw new UsherError('identity_removed')
  return standing.user
}

/** The user a rule completes the sign-in as: only one whose own identity this is. Throws `subject_mismatch`. */
const primary = async (publicId: string, { user }: Admitted, { parts, relyingParty }: Occasion): Promise<User> => {
  const record = await parts.books.records.byPublicId(publicId)
  const standing = record && (await parts.books.people.standing(record.userId, relyingParty.target))
  const isTheirs = record?.userId === user.id || record?.identities.some((one) => isOf(one, user))
  if (!standing || !isTheirs) throw new UsherError('subject_mismatch', { detail: { user: user.id, reason: 'context.primaryUser' } })
  if (standing.user.blocked) throw new UsherError('user_blocked')
  return standing.user
}

const isOf = ({ identity }: LinkedIdentity, user: User): boolean =>
  identity.connection === user.identity.connection && identity.issuer === user.identity.issuer && identity.subject === user.identity.subject

/** What rules put into `user.upn` and `user.inmutableid` may only say what the account row says. Throws `subject_mismatch`. */
const settleSubject = async (
  { named }: RuleVerdict,
  { transaction, user, occasion }: { readonly transaction: Admitted; readonly user: User; readonly occasion: Occasion },
): Promise<NamedSubject> => {
  const { directory, request } = transaction
  if (named.userPrincipalName === undefined && named.immutableId === undefined) return named
  if (directory) {
    const isItsOwn =
      (named.immutableId ?? directory.immutableId) === directory.immutableId &&
      (named.userPrincipalName ?? directory.userPrincipalName).toLowerCase() === directory.userPrincipalName.toLowerCase()
    if (!isItsOwn) throw new UsherError('subject_mismatch', { detail: { user: user.id, reason: 'not what the directory says' } })
    return directory
  }
  const { parts, relyingParty } = occasion
  return parts.books.subjects.settle({
    userId: user.id,
    target: relyingParty.target,
    named,
    mayBind: relyingParty.subjectsFromRules === true && isFederated(named.userPrincipalName ?? '', relyingParty),
    reference: request.correlation,
    at: parts.clock.now(),
  })
}

/** A name in another domain could never sign in; bound for good, it would keep its person out for good. */
const isFederated = (userPrincipalName: string, relyingParty: RelyingParty): boolean => {
  try {
    return issuerFor(userPrincipalName, relyingParty) !== ''
  } catch {
    return false
  }
}

const ruled = (
  { running: _running, redirect: _redirect, continued: _continued, ...admitted }: Admitted,
  user: User,
  verdict: Verdict,
): Ruled => {
  const { standing: _, ...without } = admitted
  if (user.id === admitted.user.id) return { ...admitted, stage: 'ruled', verdict }
  return { ...without, user, stage: 'ruled', verdict, isAnotherUser: true }
}
