import type { Json, JsonObject } from '#kernel/json.ts'
import type { Claims } from '#kernel/token.ts'
import type { Admitted } from '#kernel/transaction.ts'
import { verdictOf } from './facade/verdict.ts'
import type { Isolation, Job, JobResult, Script } from './isolation.ts'
import type { RuleCaller } from './runner.ts'
import { type StrikeOut, strikeOut } from './strike-out.ts'
import { type Change, changesBetween } from './trial-changes.ts'
import { type TrialCall, type TrialOutside, trialOutside } from './trial-outside.ts'
import { stepsOf, type TrialStep } from './trial-steps.ts'
import type { Stub } from './trial-stubs.ts'

/** Scripts, and what stands in for everything outside of them. */
export interface Bench {
  readonly scripts: readonly Script[]
  readonly configuration: Readonly<Record<string, string>>
  readonly stubs: readonly Stub[]
  readonly budgetMs: number
  /** The host of the Management API, as scripts see it. */
  readonly domain: string
  /** What each script changed is told. */
  readonly isTraced?: boolean
}

/** A sign-in that scripts are tried on: Auth0's `user` and `context`. */
export interface Sample {
  readonly user: JsonObject
  readonly context: JsonObject
}

/** Metadata a script would have stored. */
export interface MetadataWrite {
  readonly kind: 'app' | 'user'
  readonly publicId: string
  readonly patch: JsonObject
}

/** What came of a trial; nothing of it happened. */
export interface TrialResult {
  readonly result: JobResult
  readonly user: readonly Change[]
  readonly context: readonly Change[]
  /** Of several scripts, one after the other. */
  readonly steps?: readonly TrialStep[]
  /** What the token would say besides who it is about; only when the scripts let the person pass. */
  readonly claims?: Claims
  readonly calls: readonly TrialCall[]
  readonly metadata: readonly MetadataWrite[]
  /** What would have stood in the rule's own log. */
  readonly notes: readonly string[]
}

type Opener = (outside: Pick<TrialOutside, 'innerHosts' | 'reach'>) => Pick<Isolation, 'run' | 'stop'>

/**
 * Runs scripts on each sample without effects: every call they make is answered from stubs or refused, and listed;
 * nothing is stored. `open` makes runners whose only way out is the given one.
 */
export const tryRules = async (bench: Bench, samples: readonly Sample[], open: Opener): Promise<readonly TrialResult[]> => {
  const outside = trialOutside({ stubs: bench.stubs, hosts: [...hostsIn(bench), bench.domain.replace(/:\d+$/, '')] })
  const isolation = open(outside)
  const results: TrialResult[] = []
  try {
    for (const sample of samples) results.push(await tryOne(sample, { bench, isolation, outside }))
    return results
  } finally {
    await isolation.stop()
  }
}

interface Trying {
  readonly bench: Bench
  readonly isolation: Pick<Isolation, 'run'>
  readonly outside: TrialOutside
}

const tryOne = async (sample: Sample, { bench, isolation, outside }: Trying): Promise<TrialResult> => {
  const metadata: MetadataWrite[] = []
  const notes: string[] = []
  const caller = trialCaller(notes)
  const job = jobOf(bench, sample, { metadata, caller })
  const { steps, ...result } = await isolation.run(job)
  const isPassed = result.kind === 'passed'
  const trial: TrialResult = {
    result,
    user: isPassed ? changesBetween(sample.user, result.user) : [],
    context: isPassed ? changesBetween(sample.context, result.context) : [],
    ...(steps && { steps: stepsOf(sample, steps, bench.scripts) }),
    ...(isPassed && { claims: claimsOf(bench, sample, result) }),
    calls: outside.callsOf(caller),
    metadata,
    notes,
  }
  return struckOut(trial, strikeOut(job))
}

/** Values of the configuration show in nothing that is told. */
const struckOut = (trial: TrialResult, { text, value, object, result }: StrikeOut): TrialResult => {
  const change = ({ path, before, after }: Change): Change => ({
    path: text(path),
    ...(before !== undefined && { before: value(before) }),
    ...(after !== undefined && { after: value(after) }),
  })
  const claim = ([name, said]: readonly [string, string | readonly string[]]) =>
    [text(name), typeof said === 'string' ? text(said) : said.map(text)] as const
  const { claims, steps } = trial
  return {
    result: result(trial.result),
    user: trial.user.map(change),
    context: trial.context.map(change),
    ...(steps && { steps: steps.map((step) => ({ ...step, user: step.user.map(change), context: step.context.map(change) })) }),
    ...(claims && { claims: Object.fromEntries(Object.entries(claims).map(claim)) }),
    calls: trial.calls.map(({ url, body, ...call }) => ({ ...call, url: text(url), ...(body !== undefined && { body: text(body) }) })),
    metadata: trial.metadata.map(({ patch, ...write }) => ({ ...write, patch: object(patch) })),
    notes: trial.notes.map(text),
  }
}

/** Hosts that the scripts or their configuration name, so that calls to them can be listed with method and path. */
const hostsIn = ({ scripts, configuration }: Bench): readonly string[] =>
  [...scripts.map(({ script }) => script), ...Object.values(configuration)].flatMap((text) =>
    [...text.matchAll(/\bhttps?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map(([, host = '']) => host),
  )

interface Ledger {
  readonly metadata: MetadataWrite[]
  readonly caller: RuleCaller
}

const jobOf = (
  { scripts, configuration, budgetMs, domain, isTraced = false }: Bench,
  { user, context }: Sample,
  { metadata, caller }: Ledger,
): Job => ({
  scripts,
  user,
  context,
  configuration,
  auth0: { domain, baseUrl: `https://${domain}/api/v2`, accessToken: 'trial' },
  budgetMs,
  isTraced,
  caller,
  updateMetadata: async (kind, publicId, patch) => {
    metadata.push({ kind, publicId, patch })
    const field = kind === 'app' ? 'app_metadata' : 'user_metadata'
    return { ...user, [field]: { ...objectIn(user[field]), ...patch } }
  },
})

const objectIn = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {}

/** Nobody's sign-in: whoever answers on its behalf is a stand-in. */
const trialCaller = (notes: string[]): RuleCaller => {
  const [userId, relyingParty, reference] = ['trial', 'trial', 'trial']
  const request = { protocol: 'wsfed', relyingParty, replyUrl: '', freshness: {}, correlation: reference, arrivedAt: 0 }
  const user = {
    id: userId,
    identity: { connection: '', issuer: '', subject: '' },
    names: {},
    emailVerified: false,
    blocked: false,
    createdAt: 0,
  }
  const transaction: Admitted = {
    stage: 'admitted',
    id: reference,
    browser: reference,
    request,
    expiresAt: 0,
    connection: '',
    user,
    authentication: { at: 0, method: 'federated' },
    silent: false,
    attributes: {},
  }
  return { userId, target: 'trial', relyingParty, reference, transaction, note: (line) => void notes.push(line) }
}

const claimsOf = ({ scripts }: Bench, { user: before }: Sample, { user, context }: Extract<JobResult, { kind: 'passed' }>): Claims => {
  const ids = scripts.map(({ id }) => id)
  const { claims, named } = verdictOf({ before, user, context }, ids)
  return claims(named)
}
