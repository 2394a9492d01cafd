import type { Log } from '#kernel/log.ts'
import { type Crew, createCrew } from './crew.ts'
import { reachWith } from './inner-connections.ts'
import type { Isolation, JobResult } from './isolation.ts'
import { type Jail, type JailName, jailsToTry } from './jail.ts'
import { createMember, type Member, type MemberEnd, type MemberLimits } from './member.ts'
import { failedRun, newRun, type Run } from './run.ts'
import { startRunner } from './runner-child.ts'
import type { InnerHost } from './runner.ts'
import type { Reach } from './tunnels.ts'

export interface PoolLimits extends MemberLimits {
  /** Runners at work; one more is kept warm. */
  readonly runners: number
  readonly runsPerRunner: number
  readonly waiting: number
  /** How old a runner becomes. */
  readonly lifeMs: number
  readonly heapMb: number
}

export interface PoolOptions {
  readonly jail: 'auto' | JailName
  /** Where connections of scripts lead: `egress`. */
  readonly reach: Reach
  /** Hosts that Usher itself answers for; no connection to them leaves it. */
  readonly innerHosts: readonly InnerHost[]
  readonly log: Log
  readonly limits?: Partial<PoolLimits>
  /** The module that compiles and calls scripts; ours when left out. */
  readonly scriptsModule?: string
  /** Stands in for the runner's own program in tests of what a hostile one may say. */
  readonly program?: string
}

/** Runners that start with the first job, or when asked to. */
export interface Pool extends Isolation {
  /** Starts a runner, so that the first sign-in need not wait for it. Rejects when none starts. */
  readonly start: () => Promise<void>
}

const LIMITS: PoolLimits = {
  busyMs: 2_000,
  memoryBytes: 320 * 1024 * 1024,
  graceMs: 5_000,
  runners: 4,
  runsPerRunner: 64,
  waiting: 1_000,
  lifeMs: 20 * 60_000,
  heapMb: 64,
}

interface Standing {
  crew?: Crew
  jail?: Jail
  starting?: Promise<Crew>
  isStopped: boolean
}

const now = () => performance.now()

/** Runs scripts in processes of their own. */
export const createPool = (options: PoolOptions): Pool => {
  const limits = { ...LIMITS, ...options.limits }
  const standing: Standing = { isStopped: false }
  const open = (): Promise<Crew> => {
    standing.starting ??= openCrew(options, limits, standing).catch((error: unknown) => {
      // The next sign-in tries again.
      delete standing.starting
      throw error
    })
    return standing.starting
  }
  return {
    run: (job) =>
      new Promise<JobResult>((settle) => {
        const run = newRun(job, { settle, now: now() })
        if (standing.isStopped) return settle(failedRun(run, 'unavailable'))
        if (standing.crew) return standing.crew.assign(run)
        return void open().then(
          (crew) => crew.assign(run),
          () => settle(failedRun(run, 'unavailable')),
        )
      }),
    start: async () => void (await open()),
    jail: () => standing.jail?.name ?? 'none',
    stop: async () => {
      standing.isStopped = true
      await standing.starting?.catch(() => undefined)
      await standing.crew?.stop()
    },
  }
}

/** Tries one jail after the other; the runner that proves the best one is the first of the crew. */
const openCrew = async (options: PoolOptions, limits: PoolLimits, standing: Standing): Promise<Crew> => {
  const reach = reachWith(options.innerHosts, options.reach)
  const isRoot = process.getuid?.() === 0
  for (const jail of jailsToTry(options.jail, { isRoot })) {
    const crew = createCrew({ hire: (events) => hire({ options, limits, jail, reach }, events), limits, log: options.log, now })
    try {
      await crew.start()
    } catch {
      continue
    }
    if (jail.name === 'none')
      options.log.warn('rules_without_jail', { reason: options.jail === 'none' ? 'as the settings say' : 'no namespaces here' })
    else options.log.info('rules_jailed', { kind: jail.name })
    standing.crew = crew
    standing.jail = jail
    return crew
  }
  options.log.error('rules_unavailable', { reason: 'no runner starts' })
  throw new Error('no runner starts')
}

export interface MemberEvents {
  readonly changed: (member: Member) => void
  readonly ended: (member: Member, end: MemberEnd) => void
}

interface Hiring {
  readonly options: PoolOptions
  readonly limits: PoolLimits
  readonly jail: Jail
  readonly reach: Reach
}

const hire = ({ options, limits, jail, reach }: Hiring, events: MemberEvents): Member =>
  createMember({
    start: (take) =>
      startRunner({
        jail,
        take,
        now,
        innerNames: options.innerHosts.flatMap(({ names }) => names),
        heapMb: limits.heapMb,
        ...(options.scriptsModule && { scriptsModule: options.scriptsModule }),
        ...(options.program && { program: options.program }),
      }),
    reach,
    limits,
    now,
    ...events,
    strayed: (run, message) => strayed(run, message, options.log),
  })

const strayed = (run: Run | undefined, message: string, log: Log): void => {
  const script = run?.job.scripts[run.entered]
  log.warn('rule_strayed', { reference: run?.job.caller.reference, rule: script?.id })
  run?.job.caller.note(`${script?.name ?? 'A script'} threw when nobody waited for it: ${message}`)
}
