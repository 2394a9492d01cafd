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

const lost = (): UsherError => new UsherError('storage_unavailable')

export const openProcess = (stage: TargetStage, { name, killAt, skewMs = 0, bookFault = () => undefined }: ProcessOptions): Process => {
  let isAlive = true
  let frozenUntil = 0
  let units = 0

  /** What the process still lives to see. */
  const seen = async <R>(work: Promise<R>): Promise<R> => {
    const outcome = await work.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    while (isAlive && stage.clock.now() < frozenUntil) await stage.clock.sleep(frozenUntil - stage.clock.now())
    return isAlive ? outcome() : never
  }
  const mortal =
    <A extends readonly unknown[], R>(call: Call<A, R>): Call<A, R> =>
    (...args) =>
      isAlive ? seen(call(...args)) : never
  const unit =
    <A extends readonly unknown[], R>(call: Call<A, R>): Call<A, R> =>
    async (...args) => {
      if (!isAlive) return never
      units += 1
      const isLast = killAt?.unit === units
      if (isLast && killAt.when === 'before') isAlive = false
      if (!isAlive) return never
      const fault = bookFault()
      if (fault === 'before') throw lost()
      const result = await call(...args)
      if (isLast) isAlive = false
      if (fault === 'after') throw lost()
      return seen(Promise.resolve(result))
    }

  const { accounts: book, seats: seatBook, clock: time, network } = stage
  const clock: Clock = { now: () => time.now() + skewMs, sleep: mortal(time.sleep) }
  const accounts: AccountBook = {
    find: mortal(book.find),
    intend: unit(book.intend),
    lease: unit(book.lease),
    change: unit(book.change),
    release: unit(book.release),
    subject: mortal(book.subject),
    endSessions: unit(book.endSessions),
  }
  const seats: SeatBook = {
    reserve: unit(seatBook.reserve),
    give: unit(seatBook.give),
    release: unit(seatBook.release),
    given: mortal(seatBook.given),
  }
  return {
    name,
    target: stage.open({ owner: name, fetch: mortal(network), accounts, seats, clock }),
    now: clock.now,
    isAlive: () => isAlive,
    kill: () => {
      isAlive = false
    },
    freeze: (ms) => {
      frozenUntil = stage.clock.now() + ms
    },
    units: () => units,
  }
}
