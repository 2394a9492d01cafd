import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import type { Rule } from '../src/kernel/rule.ts'
import type { Job } from '../src/rules/isolation.ts'
import { createPool, type Pool } from '../src/rules/pool.ts'
import { innermost } from '../src/rules/process-facts.ts'
import { jobOf, scriptOf } from '../test/support/rule-jobs.ts'
import { ruleOf } from '../test/support/rule-samples.ts'
import { type Installation, prepareInstallation } from './installation.ts'
import { cpuUs, load, moveToLoadCore, serve, stop } from './measured-process.ts'
import { digits, median, report } from './report.ts'

const SEED_RULE = new URL('../test/rules/seed-rule.js', import.meta.url)
const ROUNDS = 9
const TIMES = 2_000
/** Only then has V8 done all its compiling, on both sides. */
const WARM_UP = 20_000
const KILLS = 7

/** (f) What rules cost: a run, a runner that somebody killed, memory, and sign-ins with five rules against none. */
export const rulesBenchmark = async (): Promise<void> => {
  await withPool(async (pool) => {
    await trivialRule(pool)
    await seedRule(pool)
    memory()
  })
  await kills()
  await signIns()
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

const withPool = async (work: (pool: Pool) => Promise<void>): Promise<void> => {
  const pool = createPool({ jail: 'auto', reach: () => Promise.reject(new Error('nowhere')), innerHosts: [], log: quiet })
  await pool.start()
  await work(pool)
  await pool.stop()
}

/** As large as what a sign-in hands over. */
const user = {
  user_id: 'google-oauth2|103547991597142817347',
  email: 'ana.example@partner.example',
  email_verified: true,
  name: 'Ana Example',
  given_name: 'Ana',
  family_name: 'Example',
  nickname: 'ana.example',
  picture: 'https://lh3.googleusercontent.example/a/abcdefghijklmnopqrstuvwxyz',
  identities: [{ provider: 'google-oauth2', user_id: '103547991597142817347', connection: 'google-oauth2', isSocial: true }],
  app_metadata: {
    office365Provisioned: true,
    office365UPN: 'auth0-1@fabrikam.example',
    office365ImmutableId: 'YWJj',
    note: 'x'.repeat(200),
  },
  user_metadata: { language: 'en', theme: 'dark' },
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-11-01T00:00:00.000Z',
}
const context = {
  tenant: 'usher',
  clientID: 'DaM8bokEXBWrTUFCiJjWn50jei6ardyX',
  clientName: 'Microsoft 365',
  clientMetadata: {},
  connection: 'google-oauth2',
  connectionStrategy: 'google-oauth2',
  protocol: 'wsfed',
  sessionID: 'x'.repeat(32),
  request: {
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    ip: '192.0.2.7',
    hostname: 'usher.example',
    query: { wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', wctx: 'x'.repeat(300) },
    body: {},
    geoip: {},
  },
  samlConfiguration: {},
  stats: { loginsCount: 12 },
  authentication: { methods: [{ name: 'federated', timestamp: 1_790_000_000_000 }] },
}

const TRIVIAL = 'function (user, context, callback) { user.touched = true; callback(null, user, context) }'

const trivialRule = async (pool: Pool): Promise<void> => {
  const job = jobOf([TRIVIAL], { user, context })
  await times(WARM_UP, () => pool.run(job))
  const rounds = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cost(pool, job))
  const [own, inside] = [median(rounds.map((one) => one.own)), median(rounds.map((one) => one.inside))]
  console.log(`a trivial warm rule, one after the other: ${digits(own)} µs of processor time in Usher, ${digits(inside)} µs in its runner`)
  report({ what: 'a trivial warm rule by itself, processor time', measured: own + inside, target: 90, wanted: 'at most', unit: ' µs' })
  const busy = []
  for (let round = 0; round < ROUNDS; round += 1) busy.push(await cost(pool, job, AT_ONCE))
  const together = median(busy.map((one) => one.own + one.inside))
  report({ what: `the same while ${AT_ONCE} sign in at a time`, measured: together, target: 90, wanted: 'at most', unit: ' µs' })
  report({ what: 'a trivial warm rule, p50', measured: median(rounds.map((one) => one.p50)), target: 0.3, wanted: 'at most', unit: ' ms' })
}

/** As many as in the sign-ins below: neither side goes to sleep between two of them. */
const AT_ONCE = 8

const cost = async (pool: Pool, job: Job, atOnce = 1) => {
  const [runner] = runners()
  const insideBefore = exactCpuUs(runner ?? 0)
  const before = process.cpuUsage()
  const waits: number[] = []
  const one = async () => {
    const startedAt = performance.now()
    await pool.run(job)
    waits.push(performance.now() - startedAt)
  }
  await Promise.all(Array.from({ length: atOnce }, () => times(TIMES / atOnce, one)))
  const { user: inUser, system } = process.cpuUsage(before)
  return { own: (inUser + system) / TIMES, inside: (exactCpuUs(runner ?? 0) - insideBefore) / TIMES, p50: median(waits) }
}

/** The second time the old recipe calls nobody: what it needs is in the metadata. */
const seedRule = async (pool: Pool): Promise<void> => {
  if (!existsSync(SEED_RULE)) return console.log('the old recipe is not here')
  const script = scriptOf(readFileSync(SEED_RULE, 'utf8'), { legacyGlobals: true })
  const job = jobOf([script], { user, context, configuration: { AUTH0_OFFICE365_CLIENT_ID: context.clientID } })
  await times(WARM_UP / 10, () => pool.run(job))
  const waits: number[] = []
  await times(TIMES / 10, async () => {
    const startedAt = performance.now()
    const result = await pool.run(job)
    waits.push(performance.now() - startedAt)
    if (result.kind !== 'passed' || result.user['upn'] === undefined) throw new Error('the old recipe did not do its work')
  })
  report({ what: "the old recipe's second sign-in, p50", measured: median(waits), target: 1, wanted: 'at most', unit: ' ms' })
}

const memory = (): void => {
  const shares = runners().map(proportionalMiB)
  console.log(`memory of ${shares.length} runners, their share of what is shared included: ${shares.map(digits).join(', ')} MiB`)
}

const kills = async (): Promise<void> => {
  const one: number[] = []
  const two: number[] = []
  for (let round = 0; round < KILLS; round += 1) {
    one.push(await costOfKills(1))
    two.push(await costOfKills(2))
  }
  report({ what: 'the sign-in after a runner was killed', measured: median(one), target: 10, wanted: 'at most', unit: ' ms' })
  report({ what: 'the sign-in after two were killed 100 ms apart', measured: median(two), target: 80, wanted: 'at most', unit: ' ms' })
}

const BETWEEN_KILLS_MS = 100
const SETTLE_MS = 1_500

const costOfKills = async (count: number): Promise<number> => {
  let ms = Number.NaN
  await withPool(async (pool) => {
    const job = jobOf([TRIVIAL], { user, context })
    await pool.run(job)
    // The spare one loads its modules meanwhile, as it does between two sign-ins.
    await wait(SETTLE_MS)
    for (const pid of runners().slice(0, count)) {
      if (Number.isNaN(ms)) ms = 0
      else await wait(BETWEEN_KILLS_MS)
      process.kill(pid, 'SIGKILL')
    }
    const startedAt = performance.now()
    await pool.run(job)
    ms = performance.now() - startedAt
  })
  return ms
}

const PEOPLE = 1_000
// Few enough that nobody waits so long as to be shown a page meanwhile.
const CONNECTIONS = AT_ONCE
const PER_ROUND = 3_000
const SIGN_IN_ROUNDS = 5

const signIns = async (): Promise<void> => {
  const plain = await prepareInstallation(PEOPLE)
  const ruled = await prepareInstallation(PEOPLE)
  try {
    await setRules(ruled)
    const [without, withRules] = [await serve(plain), await serve(ruled)]
    try {
      await signInsOf(plain, without.pid, WARM_UP)
      await signInsOf(ruled, withRules.pid, WARM_UP)
      // As on any machine with a core to spare: the load leaves most of its own idle.
      for (const pid of runners(withRules.pid)) moveToLoadCore(pid)
      const rounds: { readonly none: SignIns; readonly five: SignIns }[] = []
      for (let round = 0; round < SIGN_IN_ROUNDS; round += 1)
        rounds.push({ none: await signInsOf(plain, without.pid), five: await signInsOf(ruled, withRules.pid) })
      const perSecond = (which: 'none' | 'five') => digits(median(rounds.map((round) => round[which].perSecond)))
      const micros = (which: 'none' | 'five') => digits(median(rounds.map((round) => round[which].us)))
      console.log(`sign-ins/s: ${perSecond('none')} without rules, ${perSecond('five')} with five`)
      console.log(`processor time of Usher itself: ${micros('none')} µs without rules, ${micros('five')} µs with five`)
      const ratio = median(rounds.map(({ none, five }) => five.perSecond / none.perSecond))
      report({ what: 'sign-ins/s with five rules ÷ without', measured: ratio, target: 0.75, wanted: 'at least' })
    } finally {
      await Promise.all([stop(without), stop(withRules)])
    }
  } finally {
    plain.remove()
    ruled.remove()
  }
}

const setRules = async ({ startArguments }: Installation): Promise<void> => {
  const app = await createApp(readConfig(startArguments.at(-1) ?? ''), { role: 'command' })
  const rules: readonly Rule[] = Array.from({ length: 5 }, (_, index) =>
    ruleOf(TRIVIAL, { id: `rul_${String(index).padStart(16, '0')}`, name: `Rule ${index + 1}`, order: index + 1 }),
  )
  await app.changeRules('bench', () => ({ rules, configuration: {}, budgetMs: 20_000 }))
  await app.stop()
}

interface SignIns {
  readonly perSecond: number
  readonly us: number
}

const signInsOf = async (installation: Installation, pid = 0, requests = PER_ROUND): Promise<SignIns> => {
  const before = cpuUs(pid)
  const order = { port: installation.port, connections: CONNECTIONS, shapes: installation.shapes(PEOPLE), expected: 'name="wresult"' }
  const { ms } = await load({ ...order, requests })
  return { perSecond: (requests / ms) * 1_000, us: (cpuUs(pid) - before) / requests }
}

const times = async (count: number, once: () => Promise<unknown>): Promise<void> => {
  for (let done = 0; done < count; done += 1) await once()
}

/** The runners of a process, the oldest first. */
const runners = (pid = process.pid): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number).map(innermost)

/** Processor time of all its threads, in microseconds and exactly. */
const exactCpuUs = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]) / 1_000)
    .reduce((sum, one) => sum + one, 0)

const proportionalMiB = (pid: number): number =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]) / 1_024
