import { isJsonObject, type Json, type JsonObject } from '#kernel/json.ts'
import type { RuleId } from '#kernel/rule.ts'
import type { PausedRules, TokenWishes } from '#kernel/transaction.ts'
import type { NamedSubject, RuleVerdict } from '../runner.ts'
import { claimsFrom } from './claims.ts'
import { field, textIn } from './reading.ts'

const LONGEST_WISH = 2_048
const MOST_PROBES = 10

/** In the order in which the Microsoft 365 profile reads them. */
const PRINCIPAL_NAMES = ['upn', 'userPrincipalName']
const IMMUTABLE_IDS = ['inmutableid', 'immutableid', 'immutableId', 'onPremisesImmutableId']

/** What rules were given, and what they left. */
export interface Changed {
  readonly before: JsonObject
  readonly user: JsonObject
  readonly context: JsonObject
}

/** What the rules decided, from the `user` and `context` they left. */
export const verdictOf = ({ before, user, context }: Changed, ran: readonly RuleId[]): RuleVerdict => {
  const configuration = field(context, 'samlConfiguration')
  const saml = isJsonObject(configuration) ? configuration : {}
  const redirect = field(context, 'redirect')
  const location = isJsonObject(redirect) ? field(redirect, 'url') : undefined
  const primaryUser = field(context, 'primaryUser')
  const factor = field(context, 'multifactor')
  return {
    named: namedIn(before, user),
    claims: (settled) => claimsFrom(withNames(user, settled), saml),
    wishes: wishesIn(saml),
    ...(typeof primaryUser === 'string' && { primaryUser }),
    wantsSecondFactor: isJsonObject(factor) && field(factor, 'provider') !== 'none',
    ...(typeof location === 'string' && { redirect: { location, ...pausedBy(redirect, user, context) } }),
    ran,
  }
}

/** An action that sends the person away says so by its id; what it leaves is what the next turn begins with. */
const pausedBy = (redirect: Json | undefined, user: JsonObject, context: JsonObject): { readonly paused?: PausedRules } => {
  const by = isJsonObject(redirect) ? field(redirect, 'by') : undefined
  if (typeof by !== 'string') return {}
  const { redirect: _, ...rest } = context
  return { paused: { at: by, user, context: rest } }
}

/** Only what a rule set itself: a name that a provider sends along says nothing about an account. */
const namedIn = (before: JsonObject, user: JsonObject): NamedSubject => {
  const userPrincipalName = setAmong(PRINCIPAL_NAMES, before, user)
  const immutableId = setAmong(IMMUTABLE_IDS, before, user)
  return {
    ...(userPrincipalName !== undefined && { userPrincipalName }),
    ...(immutableId !== undefined && { immutableId }),
  }
}

const setAmong = (names: readonly string[], before: JsonObject, user: JsonObject): string | undefined => {
  const values = names.flatMap((name) => {
    const value = field(user, name)
    return value === undefined || value === null || value === field(before, name) ? [] : [value]
  })
  const [first] = values
  // Two that differ, or one that is no text, can only be a mistake or worse: they name nobody.
  if (first !== undefined && values.some((one) => one !== first)) return NOBODY
  return first === undefined || typeof first === 'string' ? first : NOBODY
}

/** Is no account's name, and cannot be. */
const NOBODY = '<nobody>'

/** So that a claim made of them says what the token says. */
const withNames = (user: JsonObject, { userPrincipalName, immutableId }: NamedSubject): JsonObject => ({
  ...user,
  ...(userPrincipalName !== undefined && { upn: userPrincipalName }),
  ...(immutableId !== undefined && { inmutableid: immutableId }),
})

const wishesIn = (saml: JsonObject): TokenWishes => {
  const [issuer, audience, context] = ['issuer', 'audience', 'wctx'].map((name) => wishIn(saml, name))
  const lifetime = Number(textIn(field(saml, 'lifetimeInSeconds')))
  const probes = field(saml, 'nameIdentifierProbes')
  return {
    ...(issuer && { issuer }),
    ...(audience && { audience }),
    ...(context !== undefined && { context }),
    ...(Number.isInteger(lifetime) && lifetime > 0 && { lifetimeSeconds: lifetime }),
    ...(Array.isArray(probes) && {
      nameIdentifierProbes: probes.filter((one) => typeof one === 'string').slice(0, MOST_PROBES),
    }),
  }
}

const wishIn = (saml: JsonObject, name: string): string | undefined => {
  const value = field(saml, name)
  return typeof value === 'string' && value.length <= LONGEST_WISH ? value : undefined
}
