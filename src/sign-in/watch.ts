import { ONE_SECOND_MS } from '#kernel/clock.ts'
import type { AccountStage } from '#kernel/account.ts'
import type { Admitted, Ruled } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import type { AccountProgress } from '#provisioning/target.ts'
import { isOthersTurn } from './apply-rules.ts'
import type { Parts } from './parts.ts'
import { beginDrive } from './provision.ts'

/** The steps a guest sees, in order. */
const STEPS = ['check', 'create', 'license', 'settle'] as const

export interface Progress {
  readonly steps: readonly { readonly name: (typeof STEPS)[number]; readonly state: 'done' | 'now' | 'next' }[]
  /** Said when it takes longer than usual. */
  readonly say?: 'longer' | 'minute'
  /** There is somewhere to go: the sign-in is ready, or it cannot go on by itself. */
  readonly done: boolean
}

const TWENTY_SECONDS_MS = 20 * ONE_SECOND_MS
const SIXTY_SECONDS_MS = 60 * ONE_SECOND_MS
const LOOK_MS = 250

/** How the account of a waiting sign-in comes along; ends when the sign-in should go on. Looks, and does not touch. */
export async function* watchAccount(
  id: string,
  visit: Visit,
  { parts, signal }: { readonly parts: Parts; readonly signal: AbortSignal },
): AsyncIterable<Progress> {
  const found = await parts.books.transactions.find(id, visit.at)
  const transaction = found?.transaction
  if (transaction?.browser !== visit.browser) yield OVER
  else if (transaction.stage === 'admitted') yield* rulesOf(transaction, { parts, signal })
  else if (transaction.stage === 'ruled') yield* progressOf(transaction, visit, { parts, signal })
  else yield OVER
}

const OVER: Progress = { steps: [], done: true }

/** While rules run, here or in another process: the sign-in goes on when they are done, or when their time is over. */
async function* rulesOf(
  waiting: Admitted,
  { parts, signal }: { readonly parts: Parts; readonly signal: AbortSignal },
): AsyncIterable<Progress> {
  const { ruleRuns, clock, books } = parts
  const beganAt = clock.now()
  const isOver = async (): Promise<boolean> => {
    const now = await books.transactions.find(waiting.id, clock.now())
    return now?.transaction.stage !== 'admitted' || !(await mustWait(now.transaction, parts))
  }
  if (ruleRuns.find(waiting) === undefined && (await isOver())) return yield OVER
  const news = onlyNews()
  while (!signal.aborted) {
    yield* news(progressAt(undefined, clock.now() - beganAt))
    // It may begin here meanwhile, for another visit.
    const here = ruleRuns.find(waiting)
    const isDone = await Promise.race([here?.then(() => true) ?? NEVER, clock.sleep(LOOK_MS, signal).then(isOver, () => true)])
    if (isDone) return yield OVER
  }
}

/** Says nothing twice in a row. */
const onlyNews = (): ((progress: Progress) => readonly Progress[]) => {
  let said = ''
  return (progress) => {
    const text = JSON.stringify(progress)
    const isNews = text !== said
    said = text
    return isNews ? [progress] : []
  }
}

/** As long as rules run, or cannot begin. */
const mustWait = async (transaction: Admitted, parts: Parts): Promise<boolean> => {
  if (parts.ruleRuns.find(transaction) !== undefined) return true
  const settings = await parts.books.settings.current()
  const relyingParty = settings.relyingParties.find((one) => one.clientId === transaction.request.relyingParty)
  return relyingParty !== undefined && isOthersTurn(transaction, { parts, settings, relyingParty })
}

const NEVER = new Promise<boolean>(() => undefined)

async function* progressOf(
  transaction: Ruled,
  visit: Visit,
  { parts, signal }: { readonly parts: Parts; readonly signal: AbortSignal },
): AsyncIterable<Progress> {
  const settings = await parts.books.settings.current()
  const relyingParty = settings.relyingParties.find((one) => one.clientId === transaction.request.relyingParty)
  if (!relyingParty) return
  const drive = beginDrive(transaction, { parts, settings, relyingParty, visit })
  let isOver = false
  drive.settled
    .finally(() => {
      isOver = true
    })
    .catch(() => undefined)
  const news = onlyNews()
  while (!signal.aborted && !isOver) {
    yield* news(progressAt(drive.latest(), parts.clock.now() - visit.at))
    await Promise.race([drive.settled.catch(() => undefined), parts.clock.sleep(LOOK_MS, signal).catch(() => undefined)])
  }
  if (!signal.aborted) yield { steps: stepsAt(STEPS.length), done: true }
}

const progressAt = (latest: AccountProgress | undefined, elapsedMs: number): Progress => ({
  steps: stepsAt(latest?.kind === 'pending' ? positionOf(latest.stage) : 0),
  ...(elapsedMs > TWENTY_SECONDS_MS && { say: elapsedMs > SIXTY_SECONDS_MS ? ('minute' as const) : ('longer' as const) }),
  done: false,
})

const stepsAt = (position: number): Progress['steps'] =>
  STEPS.map((name, index) => ({ name, state: index < position ? 'done' : index === position ? 'now' : 'next' }))

/** Where a stage stands among the steps a guest sees. */
const positionOf = (stage: AccountStage): number => {
  switch (stage) {
    case 'intent':
    case 'closed':
      return 1
    case 'created':
      return 2
    case 'licensed':
    case 'waiting':
      return 3
    case 'ready':
    case 'stopped':
      return 4
  }
}
