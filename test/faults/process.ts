import type { Clock } from '../../src/kernel/clock.ts'
import { UsherError } from '../../src/kernel/errors.ts'
import type { AccountBook } from '../../src/provisioning/account-book.ts'
import type { SeatBook } from '../../src/provisioning/seat-book.ts'
import type { ProvisioningTarget } from '../../src/provisioning/target.ts'
import type { TargetStage } from '../support/target-stage.ts'

/** One Usher among several that share the books. It can die at any moment, or stand still for a while. */
export interface Process {
  readonly name: string
  readonly target: ProvisioningTarget
  /** By its own clock. */
  readonly now: () => number
  readonly isAlive: () => boolean
  /** As `kill -9`: nothing it waits for ever comes back to it, and what is under way elsewhere goes on without it. */
  readonly kill: () => void
  /** As SIGSTOP and SIGCONT: everything it waits for comes back that much later. */
  readonly freeze: (ms: number) => void
  /** How many units of the books it has begun. */
  readonly units: () => number
}

export interface ProcessOptions {
  readonly name: string
  /** Dies before or after its `k`-th unit, counted from 1. */
  readonly killAt?: { readonly unit: number; readonly when: 'before' | 'after' }
  /** How far its clock is ahead, in milliseconds. */
  readonly skewMs?: number
  /** Asked at each unit: whether it fails, before or after it was done. The process cannot tell which. */
  readonly bookFault?: () => 'before' | 'after' | undefined
}

type Call<A extends readonly unknown[], R> = (...args: A) => Promise<R>

const never = new Promise<never>(() => undefined)

type When = 'before' | 'after'

const failAt = (moment: When, fault: When | undefined): void => {
  if (fault === moment) throw new UsherError('storage_unavailable')
}

/** What a process lives to see: nothing once it is dead, and everything later while it stands still. */
const createLife = ({ clock }: TargetStage) => {
  let isAlive = true
  let frozenUntil = 0
  const seen = async <R>(work: Promise<R>): Promise<R> => {
    const outcome = await work.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    while (isAlive && clock.now() < frozenUntil) await clock.sleep(frozenUntil - clock.now())
    return isAlive ? outcome() : never
  }
  return {
    seen,
    isAlive: () => isAlive,
    kill: () => {
      isAlive = false
    },
    freeze: (ms: number) => {
      frozenUntil = clock.now() + ms
    },
    mortal:
      <A extends readonly unknown[], R>(call: Call<A, R>): Call<A, R> =>
      (...args) =>
        isAlive ? seen(call(...args)) : never,
  }
}

type Life = ReturnType<typeof createLife>

/** Counts the units of the books, and ends the life or fails at those that were asked for. */
const createUnits = ({ isAlive, kill, seen }: Life, { killAt, bookFault = () => undefined }: ProcessOptions) => {
  let units = 0
  /** Where in this unit the process dies, if it does; dies at once when that is before it. */
  const nextUnit = (): When | undefined => {
    units += isAlive() ? 1 : 0
    const end = killAt?.unit === units ? killAt.when : undefined
    if (end === 'before') kill()
    return end
  }
  return {
    count: () => units,
    unit:
      <A extends readonly unknown[], R>(call: Call<A, R>): Call<A, R> =>
      async (...args) => {
        const end = nextUnit()
        if (!isAlive()) return never
        const fault = bookFault()
        failAt('before', fault)
        const result = await call(...args)
        if (end === 'after') kill()
        failAt('after', fault)
        return seen(Promise.resolve(result))
      },
  }
}

export const openProcess = (stage: TargetStage, options: ProcessOptions): Process => {
  const { name, skewMs = 0 } = options
  const life = createLife(stage)
  const { unit, count } = createUnits(life, options)
  const { mortal } = life
  const { accounts: book, seats: seatBook, clock: time, network } = stage
  const clock: Clock = { now: () => time.now() + skewMs, sleep: mortal(time.sleep) }
  const accounts: AccountBook = {
    find: mortal(book.find),
    intend: unit(book.intend),
    lease: unit(book.lease),
    change: unit(book.change),
    release: unit(book.release),
    isWithOther: mortal(book.isWithOther),
    subject: mortal(book.subject),
    endSessions: unit(book.endSessions),
  }
  const seats: SeatBook = {
    reserve: unit(seatBook.reserve),
    give: unit(seatBook.give),
    release: unit(seatBook.release),
    given: mortal(seatBook.given),
  }
  const target = stage.open({ owner: name, fetch: mortal(network), accounts, seats, clock })
  return { name, target, now: clock.now, isAlive: life.isAlive, kill: life.kill, freeze: life.freeze, units: count }
}
