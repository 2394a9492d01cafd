import type { Clock } from '#kernel/clock.ts'
import { type FailureCode, UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Randomness } from '#kernel/randomness.ts'
import type { TargetSettings } from '#kernel/settings.ts'
import type { AccountBook, IdentityDigest } from '../account-book.ts'
import type { AliasBook } from '../alias-book.ts'
import type { SeatBook } from '../seat-book.ts'
import { type DerivedNames, deriveNames } from '../subject.ts'
import type { AccountProgress, Candidate, ProvisioningTarget } from '../target.ts'
import { appToken } from './app-token.ts'
import { type ClockSkew, createClockSkew } from './clock-skew.ts'
import { type CloudAddresses, cloudOf } from './clouds.ts'
import { type Directory, graphDirectory } from './directory.ts'
import { stopIfTakenAway } from './drift.ts'
import type { Fetch } from './exchange.ts'
import { gate } from './gate.ts'
import { graphClient } from './graph-client.ts'
import { findOrIntend } from './intend.ts'
import { underLease } from './lease.ts'
import { type RuleBridge, ruleBridge } from './rule-bridge.ts'
import { type RuleReads, ruleReads } from './rule-reads.ts'
import { createSeats } from './seats.ts'
import { elsewhere, restingProgress } from './standing.ts'
import { goOn } from './steps.ts'
import { tenantNames } from './tenant-names.ts'
import type { Workshop } from './work.ts'

export interface GraphTargetParts {
  readonly settings: TargetSettings
  readonly accounts: AccountBook
  readonly seats: SeatBook
  readonly aliases: AliasBook
  readonly digest: IdentityDigest
  readonly fetch: Fetch
  readonly clock: Clock
  readonly randomness: Randomness
  /** This process, among all that share the accounts. */
  readonly owner: string
  readonly log: Log
}

/** The target, and what its answers tell about our own clock. */
export interface GraphTarget extends ProvisioningTarget {
  /** How far our clock is ahead of Graph's, in milliseconds; 0 while that is not known. */
  readonly clockSkewMs: () => number
  /** What an organization's rules do here. */
  readonly bridge: RuleBridge
}

/**
 * Microsoft Entra ID through Microsoft Graph v1.0 (contract section 5): makes the account, licenses it and sees it
 * ready, step by step from what its row says. Throws `settings_invalid` when the addresses are not to be used.
 */
export const graphTarget = (parts: GraphTargetParts): GraphTarget => {
  const skew = createClockSkew(parts.clock)
  const { shop, forRules, cloud } = workshop(parts, skew)
  const running = new Map<string, Promise<AccountProgress>>()
  return {
    name: parts.settings.name,
    clockSkewMs: skew.knownMs,
    ensure: (candidate) => {
      const joined = running.get(candidate.user.id)
      if (joined !== undefined) return joined
      const run = drive(candidate, shop, parts).finally(() => running.delete(candidate.user.id))
      running.set(candidate.user.id, run)
      return run
    },
    isElsewhere: (userId) => shop.accounts.isWithOther({ userId, target: shop.settings.name }, parts.owner, shop.clock.now()),
    verify: (candidate) => verify(candidate, shop, parts),
    bridge: ruleBridge({
      shop,
      aliases: parts.aliases,
      ...forRules,
      tenantNames: tenantNames({ ...parts, cloud }),
      owner: parts.owner,
      namesOf: (candidate) => namesOf(candidate, shop, parts),
    }),
  }
}

interface Opened {
  readonly shop: Workshop
  readonly forRules: { readonly directory: Directory; readonly reads: RuleReads }
  readonly cloud: CloudAddresses
}

const workshop = (parts: GraphTargetParts, skew: ClockSkew): Opened => {
  const { accounts, clock, randomness, log, fetch } = parts
  const licenses = parts.settings.licenses.map((license) => ({ ...license, skuId: license.skuId.toLowerCase() }))
  const settings = { ...parts.settings, licenses }
  const cloud = cloudOf(settings)
  const token = appToken({ settings, cloud, fetch, clock, randomness, log })
  const ways = { cloud, token, fetch, clock, log, skew }
  const people = gate()
  const directory = graphDirectory(graphClient({ ...ways, gate: people }))
  // What a rule asks may slow rules, and nobody whose account is made.
  const humble = graphClient({ ...ways, gate: gate(people), isHumble: true })
  const forRules = { directory: graphDirectory(humble), reads: ruleReads(humble) }
  const seats = createSeats({ settings, book: parts.seats, directory, clock })
  return { cloud, forRules, shop: { settings, accounts, directory, seats, clock, randomness, log, firstReadings: new Map() } }
}

const drive = async (candidate: Candidate, shop: Workshop, parts: GraphTargetParts): Promise<AccountProgress> => {
  const names = namesOf(candidate, shop, parts)
  const account = await findOrIntend(candidate, names, shop)
  if (typeof account === 'string') return { kind: 'stopped', failure: account }
  if (account.origin === 'directory')
    throw new UsherError('internal_error', { detail: { account: account.userId, origin: account.origin } })
  const rest = await restingProgress(account, candidate, shop)
  if (rest !== undefined) return rest
  const progress = await underLease(account, { candidate, names }, { shop, owner: parts.owner, run: goOn })
  return progress ?? elsewhere(account, shop.clock.now())
}

const verify = async (candidate: Candidate, shop: Workshop, parts: GraphTargetParts): Promise<FailureCode | undefined> => {
  const account = await shop.accounts.find(candidate.user.id, shop.settings.name)
  if (account?.stage !== 'ready') return undefined
  const names = namesOf(candidate, shop, parts)
  const seen = await underLease(account, { candidate, names }, { shop, owner: parts.owner, run: stopIfTakenAway })
  return seen?.stage === 'stopped' ? seen.reason : undefined
}

const namesOf = ({ user }: Candidate, { settings }: Workshop, { digest }: GraphTargetParts): DerivedNames =>
  deriveNames(digest.digest(settings.tenant, user.identity), user.names, settings)
