import { tooManyRequests } from './graph-failure.ts'

const UNIT_WINDOW_MS = 10_000
const WRITE_WINDOW_MS = 150_000
const WRITES_PER_WINDOW = 3_000
const SMALL_TENANT = { people: 50, units: 3_500 }
const MEDIUM_TENANT = { people: 500, units: 5_000 }
const LARGE_TENANT_UNITS = 8_000
const WARN_FROM = 0.8
const SMALL_PAGE = 20
const ONE_SECOND_MS = 1_000

/** One call to be paid for. Times in milliseconds. */
export interface Expense {
  readonly clientId: string
  readonly units: number
  readonly isWrite: boolean
  readonly now: number
  /** How many people the tenant has: larger tenants may do more. */
  readonly people: number
}

/** Counts what each app used up; contract section 5.12. */
export interface Budget {
  /** The headers that tell the app about it. Throws 429 with the seconds until the window ends. */
  readonly charge: (expense: Expense) => Readonly<Record<string, string>>
}

/** What a call costs: selecting and small pages make it cheaper, never below 1. */
export const unitsFor = (base: number, query: URLSearchParams): number => {
  const selects = query.has('$select') ? 1 : 0
  const isSmallPage = query.has('$top') && Number(query.get('$top')) < SMALL_PAGE ? 1 : 0
  return Math.max(1, base - selects - isSmallPage)
}

const unitLimit = (people: number): number => {
  if (people < SMALL_TENANT.people) return SMALL_TENANT.units
  return people <= MEDIUM_TENANT.people ? MEDIUM_TENANT.units : LARGE_TENANT_UNITS
}

interface Window {
  readonly endsAt: number
  readonly used: number
}

const spend = (windows: Map<string, Window>, key: string, expense: { now: number; amount: number; lengthMs: number }): Window => {
  const held = windows.get(key)
  const isRunning = held !== undefined && held.endsAt > expense.now
  const window = isRunning
    ? { endsAt: held.endsAt, used: held.used + expense.amount }
    : { endsAt: expense.now + expense.lengthMs, used: expense.amount }
  windows.set(key, window)
  return window
}

export const createBudget = (): Budget => {
  const units = new Map<string, Window>()
  const writes = new Map<string, Window>()
  return {
    charge: ({ clientId, units: amount, isWrite, now, people }) => {
      const limit = unitLimit(people)
      const read = spend(units, clientId, { now, amount, lengthMs: UNIT_WINDOW_MS })
      const written = spend(writes, clientId, { now, amount: isWrite ? 1 : 0, lengthMs: WRITE_WINDOW_MS })
      const overdrawn = [read.used > limit ? read : undefined, written.used > WRITES_PER_WINDOW ? written : undefined]
      const endsAt = Math.max(...overdrawn.map((window) => window?.endsAt ?? 0))
      if (endsAt > 0) throw tooManyRequests(Math.ceil((endsAt - now) / ONE_SECOND_MS))
      const share = Math.max(read.used / limit, written.used / WRITES_PER_WINDOW)
      return {
        'x-ms-resource-unit': String(amount),
        ...(share >= WARN_FROM ? { 'x-ms-throttle-limit-percentage': share.toFixed(2) } : {}),
      }
    },
  }
}
