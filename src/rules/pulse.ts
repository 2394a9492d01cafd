import { toRunner } from './frames.ts'
import type { RunnerChild } from './runner-child.ts'

export const TICK_MS = 100
/** The beat a runner gives of itself when it is warm; until then it may well be busy, though not for ever. */
const WARM = 0
const WARM_UP_MS = 10_000

export interface PulseLimits {
  /** How long a runner may not listen because a script keeps it busy. */
  readonly busyMs: number
  /** Resident memory. */
  readonly memoryBytes: number
}

/** Ends a runner that no longer listens or has grown too large. */
export const createPulse = (child: RunnerChild, { busyMs, memoryBytes }: PulseLimits) => {
  let beat = WARM
  let missed = 0
  let ticks = 0
  let isWarm = false
  return {
    /** It has loaded what scripts usually need, and listens from now on. */
    isWarm: (): boolean => isWarm,
    /** It answered a moment ago. */
    isListening: (): boolean => isWarm && missed <= 1,
    /** To be called every TICK_MS. Ticks are counted, not time: an Usher that was busy itself does not blame its runner. */
    feel: (): void => {
      ticks += 1
      if (child.memoryBytes() > memoryBytes) return child.kill('memory')
      if (!isWarm && ticks * TICK_MS < WARM_UP_MS) return
      if (missed * TICK_MS > busyMs) return child.kill('timeout')
      if (missed === 0) {
        beat += 1
        child.send(toRunner.ping, beat)
      }
      missed += 1
    },
    answered: (id: number): void => {
      if (id === WARM) isWarm = true
      if (id === beat) missed = 0
    },
  }
}

export type Pulse = ReturnType<typeof createPulse>
